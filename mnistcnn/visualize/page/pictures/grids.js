/**
 * What SciPy and scikit-image do with pictures in mnistcnn/data: filters, components, distances.
 *
 * A grid is its values row after row, and its width; beyond its border is the mirror image.
 *
 * @typedef {{values: Float32Array|Uint8Array|Int32Array, width: number, height: number}} Grid
 */

/** @returns {Grid} of the same size */
export function like({ width, height }, values) {
  return { values, width, height };
}

/** A grid of each value's answer. @returns {Grid} of float32 */
export function mapped(grid, answer) {
  return like(grid, filled(new Float32Array(grid.values.length), grid, answer));
}

/** 1 where a value's answer is true. @returns {Grid} of uint8 */
export function maskOf(grid, answer) {
  return like(grid, filled(new Uint8Array(grid.values.length), grid, answer));
}

/** Ten times as fast as `from` with a function. */
function filled(target, { values }, answer) {
  for (let i = 0; i < target.length; i++) target[i] = answer(values[i], i);
  return target;
}

/** @returns {Grid} with rows as columns */
export function transposed({ values, width, height }) {
  const turned = new values.constructor(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) turned[x * height + y] = values[i];
  }
  return { values: turned, width: height, height: width };
}

/** A rectangle of a grid; what lies beyond the border is left out. @returns {Grid} */
export function cutOut({ values, width, height }, { top, left, bottom, right }) {
  const [first, last] = [Math.max(0, left), Math.min(width, right)];
  const rows = [];
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) rows.push(values.subarray(y * width + first, y * width + last));
  const cut = new values.constructor(rows.length * (last - first));
  rows.forEach((row, i) => cut.set(row, i * (last - first)));
  return { values: cut, width: last - first, height: rows.length };
}

/** The outermost values. @returns {number[]} */
export function borderOf({ values, width, height }) {
  const rows = [...values.subarray(0, width), ...values.subarray((height - 1) * width)];
  for (let y = 0; y < height; y++) rows.push(values[y * width], values[(y + 1) * width - 1]);
  return rows;
}

/** Run a function over every row and then over every column: it gets the line and writes its answer over it. */
function alongBoth({ values, width, height }, over) {
  const answer = new Float32Array(values);
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) row[x] = answer[y * width + x];
    over(row);
    answer.set(row, y * width);
  }
  const column = new Float64Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = answer[y * width + x];
    over(column);
    for (let y = 0; y < height; y++) answer[y * width + x] = column[y];
  }
  return { values: answer, width, height };
}

/** The largest value in a square around each. @param {number} size odd @returns {Grid} */
export function maximumFilter(grid, size) {
  return extremeFilter(grid, size, 1);
}

/** The smallest value in a square around each. @param {number} size odd @returns {Grid} */
export function minimumFilter(grid, size) {
  return extremeFilter(grid, size, -1);
}

/** In a queue are those values of the window that no later one exceeds: the first is the extreme. */
function extremeFilter(grid, size, sign) {
  const radius = size >> 1;
  const length = Math.max(grid.width, grid.height);
  const [queue, copy] = [new Int32Array(length), new Float64Array(length)];
  return alongBoth(grid, (line) => {
    const count = line.length;
    for (let i = 0; i < count; i++) copy[i] = sign * line[i];
    let [first, last] = [0, -1];
    for (let i = 0; i < count + radius; i++) {
      if (i < count) {
        while (last >= first && copy[queue[last]] <= copy[i]) last--;
        queue[++last] = i;
      }
      const middle = i - radius;
      if (middle < 0) continue;
      while (queue[first] < middle - radius) first++;
      line[middle] = sign * copy[queue[first]];
    }
  });
}

/** @param {number[]} kernel of odd length, symmetric @returns {Grid} smoothed along rows and columns */
function smoothed(grid, kernel) {
  const radius = kernel.length >> 1;
  const padded = new Float64Array(Math.max(grid.width, grid.height) + 2 * radius);
  return alongBoth(grid, (line) => {
    const count = line.length;
    for (let i = -radius; i < count + radius; i++) padded[i + radius] = line[mirrored(i, count)];
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k] * padded[i + k];
      line[i] = sum;
    }
  });
}

function mirrored(i, count) {
  const place = ((i % (2 * count)) + 2 * count) % (2 * count);
  return place < count ? place : 2 * count - 1 - place;
}

/** @param {number} sigma standard deviation in pixels @returns {Grid} */
export function gaussianFilter(grid, sigma) {
  const radius = Math.floor(4 * sigma + 0.5);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const sum = weights.reduce((total, weight) => total + weight);
  return smoothed(grid, weights.map((weight) => weight / sum));
}

/** Means of squares of 3 × 3. @returns {Grid} */
export function meanFilter(grid) {
  return smoothed(grid, [1 / 3, 1 / 3, 1 / 3]);
}

/** Means of squares; a rest at the end is left out, or (`edge`) filled up with the last values. @returns {Grid} */
export function reduced({ values, width, height }, factor, edge = false) {
  const round = edge ? Math.ceil : Math.floor;
  const [columns, rows] = [round(width / factor), round(height / factor)];
  const answer = new Float32Array(columns * rows);
  for (let y = 0; y < rows * factor; y++) {
    const [row, from] = [Math.floor(y / factor) * columns, Math.min(y, height - 1) * width];
    for (let x = 0; x < columns * factor; x++) answer[row + Math.floor(x / factor)] += values[from + Math.min(x, width - 1)];
  }
  return { values: answer.map((sum) => sum / (factor * factor)), width: columns, height: rows };
}

/** The smallest and the largest. @returns {[number, number]} */
export function rangeOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}

/** @param {ArrayLike<number>} values @param {number} share of 100 @returns {number} between two values in proportion */
export function percentile(values, share) {
  const some = new Float32Array(values);
  const place = (share / 100) * (some.length - 1);
  const first = Math.floor(place);
  partAt(some, first);
  const below = some[first];
  if (place === first) return below;
  let next = Infinity;
  for (let i = first + 1; i < some.length; i++) next = Math.min(next, some[i]);
  return below + (place - first) * (next - below);
}

/** Put what is smaller than the value of that rank before it, and what is larger behind it (Hoare, "Find", 1961). */
function partAt(values, rank) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else return;
  }
}

/** @param {ArrayLike<number>} values @returns {number} */
export function median(values) {
  return percentile(values, 50);
}

/**
 * The value that parts `values` into the two groups with the largest variance between them: Otsu, "A threshold
 * selection method from gray-level histograms" (1979), equation 18; the middle of one of 256 bins.
 *
 * @param {ArrayLike<number>} values
 */
export function otsuThreshold(values) {
  const bins = 256;
  const [low, high] = rangeOf(values);
  const step = (high - low) / bins;
  if (step === 0) return low;
  const counts = new Float64Array(bins);
  values.forEach((value) => counts[Math.min(Math.floor((value - low) / step), bins - 1)]++);
  const total = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, sum, best, threshold] = [0, 0, -1, 0];
  for (let bin = 0; bin < bins - 1; bin++) {
    below += counts[bin];
    sum += counts[bin] * bin;
    const above = values.length - below;
    const between = below * above * (sum / below - (total - sum) / above) ** 2;
    if (between > best) [best, threshold] = [between, bin];
  }
  return low + (threshold + 0.5) * step;
}

/**
 * Number what hangs together, corners included, from 1 in reading order.
 *
 * @param {Grid} mask
 * @returns {{labels: Grid, count: number}} 0 where nothing is
 */
export function label(mask) {
  const { values, width, height } = mask;
  const labels = new Int32Array(values.length);
  const stack = [];
  let count = 0;
  for (let start = 0; start < values.length; start++) {
    if (!values[start] || labels[start]) continue;
    labels[start] = ++count;
    stack.push(start);
    while (stack.length > 0) {
      const here = stack.pop();
      const x = here % width;
      const y = (here - x) / width;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const there = ny * width + nx;
          if (!values[there] || labels[there]) continue;
          labels[there] = count;
          stack.push(there);
        }
      }
    }
  }
  return { labels: like(mask, labels), count };
}

/**
 * @param {Grid} labels
 * @param {number} count
 * @returns {({top, left, bottom, right, area}|null)[]} by label, the first row and column beyond as bottom and right
 */
export function boxesOf({ values, width }, count) {
  const boxes = new Array(count + 1).fill(null);
  for (let i = 0; i < values.length; i++) {
    const number = values[i];
    if (number === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    const box = (boxes[number] ??= { top: y, left: x, bottom: y + 1, right: x + 1, area: 0 });
    box.bottom = y + 1;
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
    box.area++;
  }
  return boxes;
}

/**
 * From each pixel of a mask to the nearest pixel outside of it: Felzenszwalb and Huttenlocher, "Distance transforms of
 * sampled functions", Theory of Computing 8 (2012).
 *
 * @param {Grid} mask
 * @returns {Grid} of float32
 */
export function distances(mask) {
  const far = 4 * (mask.width + mask.height) ** 2;
  const length = Math.max(mask.width, mask.height);
  const [heights, feet, from] = [new Float64Array(length), new Int32Array(length), new Float64Array(length + 1)];
  const squares = alongBoth(mapped(mask, (inside) => (inside ? far : 0)), (line) => {
    const count = line.length;
    heights.set(line);
    let last = 0;
    [feet[0], from[0], from[1]] = [0, -Infinity, Infinity];
    const meet = (p, q) => (heights[q] + q * q - heights[p] - p * p) / (2 * (q - p));
    for (let q = 1; q < count; q++) {
      let at = meet(feet[last], q);
      while (at <= from[last]) at = meet(feet[--last], q);
      feet[++last] = q;
      [from[last], from[last + 1]] = [at, Infinity];
    }
    for (let q = 0, k = 0; q < count; q++) {
      while (from[k + 1] < q) k++;
      line[q] = (q - feet[k]) ** 2 + heights[feet[k]];
    }
  });
  return mapped(squares, Math.sqrt);
}
