/** Filters of grids; beyond the border is the mirror image. */

import { alongBoth } from "./grids.js";

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
