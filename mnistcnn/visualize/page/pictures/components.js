/** What hangs together in a mask, and how deep inside its pixels are. */

import { alongBoth, like, mapped } from "./grids.js";

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
