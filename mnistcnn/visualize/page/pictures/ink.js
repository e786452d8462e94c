/**
 * Finds what is written, as mnistcnn/data/ink.py does: the ground is estimated at every place by a morphological
 * closing, and what differs from it is ink. A closing keeps a straight edge where it is, so a hard shadow and a desk
 * beside the paper belong to the ground. The reasons for each number are in that file.
 *
 * @typedef {import("./grids.js").Grid} Grid
 * @typedef {{strength: Grid, written: Grid, gray: Grid, ground: Grid}} Ink
 *   strength: 0 (ground) to 1 (as much ink as around there); written: where the strokes are; gray: the picture, negated
 *   if the ink is light; ground: what `gray` would be without the ink
 */

import { label } from "./components.js";
import { gaussianFilter, maximumFilter, meanFilter, minimumFilter } from "./filters.js";
import { borderOf, like, mapped, maskOf, reduced } from "./grids.js";
import { median, otsuThreshold, percentile, rangeOf } from "./measures.js";

const FAINTEST = 0.025;
const NOISE_MARGIN = 6;
const NOISY = 0.01;
const WRITTEN = 0.45;
const WINDOW = 0.22;
const PALEST = 0.35;
const DARKEST_PAPER = 0.15;
const NEIGHBOURHOOD = 0.06;
const COARSE = 128;

/**
 * One number for each pixel, along the colour in which the picture's edges differ most (Di Zenzo, 1986).
 *
 * @param {Grid[]} channels red, green and blue, 0 to 1
 * @returns {Grid}
 */
export function toGray(channels) {
  const [red] = channels;
  const factor = Math.max(1, Math.floor(Math.max(red.width, red.height) / 400));
  const small = channels.map((channel) => meanFilter(reduced(channel, factor)));
  const direction = strongestDirection(momentsOf(small));
  const size = direction.reduce((sum, part) => sum + Math.abs(part), 0);
  const sign = direction[0] + direction[1] + direction[2] >= 0 ? 1 / size : -1 / size;
  const [r, g, b] = direction.map((part) => sign * part);
  return mapped(red, (value, i) => r * value + g * channels[1].values[i] + b * channels[2].values[i]);
}

/** Sums of the products of steps between neighbours; a strong step counts with the square of its size. [3][3] */
function momentsOf(channels) {
  const { width, height } = channels[0];
  const moments = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
  const [red, green, blue] = channels.map(({ values }) => values);
  const add = (from, to) => {
    const step = [red[to] - red[from], green[to] - green[from], blue[to] - blue[from]];
    const square = step[0] ** 2 + step[1] ** 2 + step[2] ** 2;
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) moments[i][j] += square * step[i] * step[j];
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x + 1 < width) add(y * width + x, y * width + x + 1);
      if (y + 1 < height) add(y * width + x, (y + 1) * width + x);
    }
  }
  return moments;
}

/** The eigenvector of the largest eigenvalue, by repeated multiplication. */
function strongestDirection(moments) {
  let direction = [1, 1.01, 0.99];
  for (let i = 0; i < 200; i++) {
    const next = moments.map((row) => row[0] * direction[0] + row[1] * direction[1] + row[2] * direction[2]);
    const size = Math.hypot(...next);
    if (size === 0) return direction;
    direction = next.map((part) => part / size);
  }
  return direction;
}

function windowOf({ width, height }) {
  return Math.max(3, Math.floor(WINDOW * Math.min(width, height)) | 1);
}

/** How much the dark structures outweigh the light ones: above 1, ink is probably darker than its ground. */
export function darkness(gray) {
  const small = reduced(gray, Math.ceil(Math.max(gray.width, gray.height) / COARSE), true);
  const [low, high] = rangeOf(small.values);
  const range = Math.max(high - low, 1e-9);
  const levels = like(small, Uint8Array.from(small.values, (value) => Math.round(((value - low) / range) * 255)));
  const usual = mapped(medianFilter(levels, Math.max(2, windowOf(small))), (level) => (level / 255) * (high - low) + low);
  // Edges of the paper lie somewhere else in the median: the nearest values count as well.
  const [least, most] = [minimumFilter(usual, 5).values, maximumFilter(usual, 5).values];
  let [dark, light] = [1e-9, 1e-9];
  small.values.forEach((value, i) => {
    dark += Math.max(least[i] - value, 0) ** 3;
    light += Math.max(value - most[i], 0) ** 3;
  });
  return dark / light;
}

/** Medians of squares of 2 · radius + 1, from a histogram that moves along each row; mirrored beyond the border. */
function medianFilter({ values, width, height }, radius) {
  const answer = new Uint8Array(values.length);
  const mirror = (i, count) => (i < 0 ? -1 - i : i >= count ? 2 * count - 1 - i : i);
  const within = (i, count) => Math.min(count - 1, Math.max(0, mirror(i, count)));
  const half = (2 * radius + 1) ** 2 / 2;
  for (let y = 0; y < height; y++) {
    const counts = new Int32Array(256);
    const rows = Array.from({ length: 2 * radius + 1 }, (_, i) => within(y + i - radius, height) * width);
    const change = (x, by) => rows.forEach((row) => (counts[values[row + within(x, width)]] += by));
    for (let x = -radius; x < radius; x++) change(x, 1);
    for (let x = 0; x < width; x++) {
      change(x + radius, 1);
      let [level, below] = [0, counts[0]];
      while (below <= half) below += counts[++level];
      answer[y * width + x] = level;
      change(x - radius, -1);
    }
  }
  return { values: answer, width, height };
}

/**
 * Part a picture into ink and ground.
 *
 * @param {Grid} picture as from `toGray`
 * @param {boolean} dark whether the ink is darker than its ground
 * @returns {Ink|null} null if nothing stands out from noise
 */
export function extractInk(picture, dark) {
  const gray = dark ? picture : mapped(picture, (value) => -value);
  const window = windowOf(gray);
  const ground = minimumFilter(maximumFilter(gaussianFilter(gray, 1), window), window);
  let contrast = mapped(ground, (value, i) => value - gray.values[i]);
  const near = meanFilter(gray);
  if (spread(mapped(gray, (value, i) => value - near.values[i])) > NOISY) {
    contrast = gaussianFilter(contrast, Math.min(2, Math.max(0.7, Math.max(gray.width, gray.height) / 500)));
  }
  const middle = median(contrast.values);
  // Light multiplies: in a shadow both paper and ink are darker by the same factor.
  contrast = mapped(contrast, (value, i) => (value - middle) / (dark ? Math.max(ground.values[i], DARKEST_PAPER) : 1));
  const full = fullStrength(contrast, Math.max(FAINTEST, NOISE_MARGIN * spread(contrast)));
  if (!full) return null;
  return {
    strength: mapped(contrast, (value, i) => Math.min(Math.max(value / full.values[i], 0), 1)),
    written: maskOf(contrast, (value, i) => value > WRITTEN * full.values[i]),
    gray, ground,
  };
}

/** The standard deviation of normal noise around values most of which are ground. */
function spread({ values, width, height }) {
  const every = 1 + Math.floor(height / 256);
  const rows = Math.ceil(height / every);
  const some = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) some.set(values.subarray(row * every * width, (row * every + 1) * width), row * width);
  const middle = median(some);
  return 1.4826 * median(some.map((value) => Math.abs(value - middle)));
}

/** The contrast that full ink has at each place: weaker in glare; null if there is no ink. */
function fullStrength(contrast, faintest) {
  const usual = usualStrength(contrast, faintest);
  if (usual === null) return null;
  const side = Math.max(contrast.width, contrast.height);
  const factor = Math.ceil(side / COARSE);
  const strong = mapped(contrast, (value) => (value > 0.3 * usual ? value : 0));
  const around = (grid) => gaussianFilter(reduced(grid, factor, true), (NEIGHBOURHOOD * side) / factor);
  const [square, plain] = [around(mapped(strong, (value) => value * value)), around(strong)];
  const coarse = mapped(square, (value, i) => value / Math.max(plain.values[i], 1e-6));
  const local = enlarged(coarse, factor, contrast);
  return mapped(local, (value) => Math.max(faintest, Math.min(Math.max(value, PALEST * usual), 1.15 * usual)));
}

/** Bilinear, by pixels' middles; beyond the outermost the value stays. @returns {Grid} of the size of `whole` */
function enlarged({ values, width, height }, factor, whole) {
  const place = (i, count) => Math.min(Math.max((i + 0.5) / factor - 0.5, 0), count - 1);
  const answer = new Float32Array(whole.width * whole.height);
  for (let y = 0, i = 0; y < whole.height; y++) {
    const v = place(y, height);
    const [up, down] = [Math.floor(v) * width, Math.min(Math.floor(v) + 1, height - 1) * width];
    const low = v - Math.floor(v);
    for (let x = 0; x < whole.width; x++) {
      const u = place(x, width);
      const left = Math.floor(u);
      const right = Math.min(left + 1, width - 1);
      const above = values[up + left] + (u - left) * (values[up + right] - values[up + left]);
      const below = values[down + left] + (u - left) * (values[down + right] - values[down + left]);
      answer[i++] = above + low * (below - above);
    }
  }
  return like(whole, answer);
}

/** The contrast of the picture's ink; what touches the border counts only if there is hardly anything else. */
function usualStrength(contrast, faintest) {
  const some = contrast.values.filter((value) => value > faintest);
  if (some.length < 3) return null;
  const most = percentile(some, 99.5);
  const clipped = some.map((value) => Math.min(value, most));
  const [low, high] = rangeOf(clipped);
  const threshold = high - low > 1e-6 ? otsuThreshold(clipped) : 0;
  const { labels, count } = label(maskOf(contrast, (value) => value > Math.max(faintest, 0.8 * threshold)));
  if (count === 0) return null;
  const counted = countedParts(labels, count, contrast);
  const usual = percentile(contrast.values.filter((_, i) => counted[labels.values[i]]), 80);
  return usual >= faintest ? usual : null;
}

function countedParts(labels, count, contrast) {
  const weights = new Float64Array(count + 1);
  labels.values.forEach((number, i) => number && (weights[number] += contrast.values[i]));
  const inner = weights.slice();
  for (const number of borderOf(labels)) inner[number] = 0;
  const sum = (all) => all.reduce((total, weight) => total + weight, 0);
  const chosen = sum(inner) > 0.1 * sum(weights) ? inner : weights;
  const largest = Math.max(...chosen);
  return Array.from(chosen, (weight) => weight > 0.02 * largest);
}
