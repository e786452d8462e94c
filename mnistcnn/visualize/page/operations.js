/**
 * What the layers compute. Maps are Float32Array in the order [y][x][unit], as TensorFlow's; sums are made in float64
 * and rounded once, when they are stored.
 *
 * Zeros are skipped: after ReLU most values are zero, and a product with zero changes no sum.
 */

export const KERNEL = 5; // rows and columns of a convolution's kernel
export const PADDING = 2; // zeros around the maps, so that a convolution keeps their size

/**
 * A convolution: KERNEL × KERNEL, stride 1, padded with zeros.
 *
 * @param {Float32Array} maps [side][side][inputs]
 * @param {number} side
 * @param {Layer} layer weights [KERNEL][KERNEL][inputs][outputs]
 * @returns {Float32Array} [side][side][outputs], before ReLU
 */
export function convolve(maps, side, { weights, biases, inputs, outputs }) {
  const answer = new Float32Array(side * side * outputs);
  const sums = new Float64Array(outputs);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      sums.set(biases);
      const [left, right] = [Math.max(0, PADDING - x), Math.min(KERNEL, side + PADDING - x)];
      for (let dy = Math.max(0, PADDING - y); dy < Math.min(KERNEL, side + PADDING - y); dy++) {
        // A row of the kernel and what lies under it each stand in one piece.
        const first = ((y + dy - PADDING) * side + x + left - PADDING) * inputs;
        addProducts(sums, maps, first, (right - left) * inputs, weights, (dy * KERNEL + left) * inputs * outputs);
      }
      answer.set(sums, (y * side + x) * outputs);
    }
  }
  return answer;
}

/**
 * A dense layer.
 *
 * @param {Float32Array} values [inputs]
 * @param {Layer} layer weights [inputs][outputs]
 * @returns {Float32Array} [outputs], before ReLU
 */
export function dense(values, { weights, biases, inputs, outputs }) {
  const sums = Float64Array.from(biases);
  addProducts(sums, values, 0, inputs, weights, 0);
  return Float32Array.from(sums);
}

/**
 * Add to sums[o] the product of each of `count` values, from `first` on, with its weights[offset + value's row][o].
 *
 * Four values at a time, so that a sum is read and stored once for four products: conv2 takes half as long.
 */
function addProducts(sums, values, first, count, weights, offset) {
  const outputs = sums.length;
  const [four, rows] = [[0, 0, 0, 0], [0, 0, 0, 0]];
  let found = 0;
  for (let i = 0; i < count; i++) {
    const value = values[first + i];
    if (value === 0) continue;
    four[found] = value;
    rows[found] = offset + i * outputs;
    if (++found < 4) continue;
    addFour(sums, four, rows, weights);
    found = 0;
  }
  four.fill(0, found);
  if (found > 0) addFour(sums, four, rows, weights);
}

function addFour(sums, [a, b, c, d], [rowA, rowB, rowC, rowD], weights) {
  for (let o = 0; o < sums.length; o++) {
    sums[o] += a * weights[rowA + o] + b * weights[rowB + o] + c * weights[rowC + o] + d * weights[rowD + o];
  }
}

/**
 * ReLU, and units that are switched off answer 0.
 *
 * @param {Float32Array} values [...][outputs]
 * @param {number} outputs
 * @param {Set<number>} [off] units
 * @returns {Float32Array} a copy
 */
export function relu(values, outputs, off = new Set()) {
  const answer = values.map((value) => Math.max(value, 0));
  for (const unit of off) {
    for (let i = unit; i < answer.length; i += outputs) answer[i] = 0;
  }
  return answer;
}

/**
 * The largest of every 2 × 2.
 *
 * @param {Float32Array} maps [side][side][units]
 * @param {number} side an even number
 * @param {number} units
 * @returns {Float32Array} [side / 2][side / 2][units]
 */
export function pool(maps, side, units) {
  const answer = new Float32Array(maps.length / 4);
  const below = side * units;
  for (let y = 0, i = 0; y < side; y += 2) {
    for (let x = 0; x < side; x += 2) {
      const corner = (y * side + x) * units;
      for (let unit = 0; unit < units; unit++, i++) {
        const j = corner + unit;
        answer[i] = Math.max(maps[j], maps[j + units], maps[j + below], maps[j + below + units]);
      }
    }
  }
  return answer;
}

/**
 * Which of the four a pooled value is: the place in `maps` of the first that is as large.
 *
 * @param {Float32Array} maps [side][side][units]
 * @param {number} side
 * @param {number} units
 * @param {number} index of the pooled value, in [side / 2][side / 2][units]
 * @returns {number}
 */
export function poolWinner(maps, side, units, index) {
  const unit = index % units;
  const place = (index - unit) / units;
  const x = place % (side / 2);
  const y = (place - x) / (side / 2);
  const corner = (2 * y * side + 2 * x) * units + unit;
  const four = [corner, corner + units, corner + side * units, corner + (side + 1) * units];
  return four.reduce((best, other) => (maps[other] > maps[best] ? other : best));
}

/**
 * Logits → probabilities that add up to 1.
 *
 * @param {Float32Array} logits
 * @returns {Float32Array}
 */
export function softmax(logits) {
  const largest = Math.max(...logits); // Without it, exp overflows for logits above 709.
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power);
  return Float32Array.from(powers, (power) => power / sum);
}

/**
 * The gradient of a convolution by its inputs, from the gradient by its outputs.
 *
 * @param {Float32Array} gradient [side][side][outputs]
 * @param {number} side
 * @param {Layer} layer
 * @returns {Float32Array} [side][side][inputs]
 */
export function convolveBackwards(gradient, side, { weights, inputs, outputs }) {
  const answer = new Float32Array(side * side * inputs);
  for (let i = 0; i < gradient.length; i++) {
    if (gradient[i] === 0) continue;
    const unit = i % outputs;
    const x = ((i - unit) / outputs) % side;
    const y = Math.floor(i / outputs / side);
    for (let dy = Math.max(0, PADDING - y); dy < Math.min(KERNEL, side + PADDING - y); dy++) {
      for (let dx = Math.max(0, PADDING - x); dx < Math.min(KERNEL, side + PADDING - x); dx++) {
        const first = ((y + dy - PADDING) * side + x + dx - PADDING) * inputs;
        const row = (dy * KERNEL + dx) * inputs * outputs + unit;
        for (let c = 0; c < inputs; c++) answer[first + c] += gradient[i] * weights[row + c * outputs];
      }
    }
  }
  return answer;
}
