/**
 * Ink → 28 × 28 pixels as MNIST's makers had them: fitted into 20 × 20, its centre of mass in the middle (LeCun, Cortes
 * and Burges, "The MNIST database"). What a network learned from such images it knows only of such images. The steps are
 * those of mnistcnn/data/framing.py.
 *
 * @typedef {import("./pictures/grids.js").Grid} Grid
 */

import { distances } from "./pictures/components.js";
import { cutOut, maskOf, rounded } from "./pictures/grids.js";

export const SIDE = 28;
export const BOX = 20; // the longer side of the ink
const MIDDLE = SIDE / 2; // of mass, counting from the middle of pixel 0, as in MNIST itself
const FINE = 8; // Pixels are made thicker at so many times the resolution.
const EDGE = 0.3; // Less ink than this does not count for the box.
const [THINNEST, USUAL] = [1.5, 2.2]; // Pixels: strokes thinner than the first are made as wide as the second.

/**
 * A digit's ink in MNIST's frame.
 *
 * @param {Float32Array} ink [height][width], 0 to 1
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array} [28][28], 0 to 1
 */
export function frame(ink, width, height) {
  const box = boundsOf(ink, width, height, EDGE);
  if (!box) return new Float32Array(SIDE * SIDE);
  const { top, left } = box;
  const cropped = cutOut({ values: ink, width, height }, { top, left, bottom: top + box.height, right: left + box.width });
  const small = fitted(thickened(fitted(cropped, BOX * FINE)), BOX);
  const strongest = small.values.reduce((a, b) => Math.max(a, b), 0);
  const bytes = { ...small, values: small.values.map((value) => rounded((value / strongest) * 255) / 255) };
  return centreByMass(placed(bytes, (SIDE - small.width) >> 1, (SIDE - small.height) >> 1));
}

/** A smaller grid in the image of 28 × 28. @param {Grid} small @returns {Float32Array} */
export function placed({ values, width }, left, top) {
  const image = new Float32Array(SIDE * SIDE);
  values.forEach((value, i) => (image[(top + Math.floor(i / width)) * SIDE + left + (i % width)] = value));
  return image;
}

/**
 * Move the ink by whole pixels so that its centre of mass is in the middle, or as near as no ink is lost.
 *
 * @param {Float32Array} image [28][28]
 * @returns {Float32Array} [28][28]
 */
export function centreByMass(image) {
  const { right, down } = shiftToCentre(image);
  const moved = new Float32Array(SIDE * SIDE);
  image.forEach((value, i) => {
    if (value > 0) moved[i + down * SIDE + right] = value;
  });
  return moved;
}

/** How far the ink has to move, in whole pixels. */
export function shiftToCentre(image) {
  const box = boundsOf(image, SIDE, SIDE, 0);
  if (!box) return { right: 0, down: 0 };
  let [mass, x, y] = [0, 0, 0];
  image.forEach((value, i) => {
    mass += value;
    x += value * (i % SIDE);
    y += value * Math.floor(i / SIDE);
  });
  const shift = (middle, first, length) =>
    Math.min(Math.max(Math.floor(MIDDLE + 0.5 - middle / mass), -first), SIDE - length - first);
  return { right: shift(x, box.left, box.width), down: shift(y, box.top, box.height) };
}

/**
 * The box of what is above a threshold; null if nothing is.
 *
 * @param {Float32Array} values [height][width]
 */
export function boundsOf(values, width, height, threshold) {
  let [left, right, top, bottom] = [width, -1, height, -1];
  values.forEach((value, i) => {
    if (value <= threshold) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Scaled so that the longer side is `side`. */
function fitted(grid, side) {
  const longer = Math.max(grid.width, grid.height);
  const [columns, rows] = [grid.width, grid.height].map((length) => Math.max(1, rounded((side * length) / longer)));
  return resize(grid, columns, rows);
}

/**
 * Other numbers of pixels: fewer are means, more are interpolated by cubics; as Pillow's BOX and BICUBIC.
 *
 * @param {Grid} grid 0 to 1
 * @returns {Grid} 0 to 1
 */
export function resize({ values, width, height }, columns, rows) {
  const cubic = rows >= height;
  const [across, down] = [weightsOf(width, columns, cubic), weightsOf(height, rows, cubic)];
  const wide = new Float32Array(columns * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (const { first, weights } of across) {
      wide[i++] = weights.reduce((sum, weight, k) => sum + weight * values[y * width + first + k], 0);
    }
  }
  const answer = new Float32Array(columns * rows);
  down.forEach(({ first, weights }, y) => {
    for (let x = 0; x < columns; x++) {
      const sum = weights.reduce((total, weight, k) => total + weight * wide[(first + k) * columns + x], 0);
      answer[y * columns + x] = Math.min(Math.max(sum, 0), 1);
    }
  });
  return { values: answer, width: columns, height: rows };
}

/** For each of `count` new pixels: from which old one on it takes how much of each. */
function weightsOf(length, count, cubic) {
  const scale = length / count;
  const stretch = Math.max(scale, 1);
  const reach = (cubic ? 2 : 0.5) * stretch;
  return Array.from({ length: count }, (_, pixel) => {
    const middle = (pixel + 0.5) * scale;
    const [first, last] = [Math.max(0, Math.floor(middle - reach + 0.5)), Math.min(length, Math.floor(middle + reach + 0.5))];
    const shape = cubic ? cubicAt : (x) => (x > -0.5 && x <= 0.5 ? 1 : 0);
    const weights = Array.from({ length: last - first }, (__, i) => shape((first + i - middle + 0.5) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = −1/2. */
function cubicAt(distance) {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
}

/** Grow strokes that are thinner than any in MNIST: each pixel becomes the largest within a radius. */
function thickened(grid) {
  const stroke = strokeWidth(grid) / FINE;
  if (stroke >= THINNEST) return grid;
  const radius = ((USUAL - stroke) / 2) * FINE;
  const margin = Math.ceil(radius);
  const [width, height] = [grid.width + 2 * margin, grid.height + 2 * margin];
  const grown = new Float32Array(width * height);
  for (let dy = -margin; dy <= margin; dy++) {
    for (let dx = -margin; dx <= margin; dx++) {
      if (dx * dx + dy * dy > radius * radius) continue;
      grid.values.forEach((value, i) => {
        const j = (Math.floor(i / grid.width) + margin + dy) * width + (i % grid.width) + margin + dx;
        if (value > grown[j]) grown[j] = value;
      });
    }
  }
  return { values: grown, width, height };
}

/** The mean width of strokes. Across one that is w wide, the distance to its edge has the mean w / 4 + 1 / 2. */
function strokeWidth({ values, width, height }) {
  const wide = width + 2;
  const inside = new Uint8Array(wide * (height + 2)); // with a border outside of all strokes
  values.forEach((value, i) => (inside[(Math.floor(i / width) + 1) * wide + (i % width) + 1] = value > 0.5 ? 1 : 0));
  const depth = distances(maskOf({ values: inside, width: wide, height: height + 2 }, (is) => is)).values;
  const within = depth.filter((value) => value > 0);
  return within.length > 0 ? (4 * within.reduce((sum, value) => sum + value, 0)) / within.length - 2 : 0;
}
