/**
 * Pictures as grids of numbers. With filters.js, measures.js and components.js, it is what of NumPy, SciPy and
 * scikit-image mnistcnn/data needs to find digits.
 *
 * @typedef {{values: Float32Array|Uint8Array|Int32Array, width: number, height: number}} Grid
 */

/** To the nearest whole number, of two the even one, as Python and NumPy round. */
export function rounded(value) {
  return value % 1 === 0.5 || value % 1 === -0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}

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
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
    rows.push(values.subarray(y * width + first, y * width + last));
  }
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
export function alongBoth({ values, width, height }, over) {
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
