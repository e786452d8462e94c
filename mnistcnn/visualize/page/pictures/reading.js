/**
 * A picture that was opened → the digits in it, each as 28 × 28 pixels, by the steps of `mnistcnn predict` (see
 * mnistcnn/data/imagefile.py and framing.py).
 *
 * @typedef {{rgba: Uint8ClampedArray, width: number, height: number}} Picture [height][width][4], not premultiplied
 * @typedef {{box: import("./parting.js").Box, image: Float32Array}} FoundDigit box: in pixels of the picture
 */

import { BOX, SIDE, boundsOf, frame, placed, resize, shiftToCentre } from "../framing.js";
import { findInk } from "./finding.js";
import { distances } from "./components.js";
import { maskOf } from "./grids.js";
import { median, percentile } from "./measures.js";
import { darkness, extractInk, toGray } from "./ink.js";

const MOST = 1024; // pixels of a side; what is larger is made smaller by a whole factor
const WEAK = 254; // The strongest pixel of each image of MNIST is 254 or 255; one whose is weaker is scaled.

/**
 * @param {Picture} picture
 * @returns {FoundDigit[]} in reading order; empty if there is no digit. An image of MNIST, black on white or white on
 *   black, comes back as it is.
 */
export function readDigits(picture) {
  const { channels, factor, margin } = pixelsOf(picture);
  const framed = alreadyFramed(channels);
  if (framed) return [{ box: { top: 0, left: 0, bottom: picture.height, right: picture.width }, image: framed }];
  const shownAt = (place, most) => Math.min(Math.max((place - margin) * factor, 0), most);
  return findInk(channels).map(({ box, ink }) => ({
    image: frame(ink.values, ink.width, ink.height),
    box: {
      top: shownAt(box.top, picture.height), left: shownAt(box.left, picture.width),
      bottom: shownAt(box.bottom, picture.height), right: shownAt(box.right, picture.width),
    },
  }));
}

/** The whole picture as 28 × 28 pixels, its ground taken away but nothing fitted or centred. @returns {Float32Array} */
export function wholePicture(picture) {
  const { channels } = pixelsOf(picture);
  const gray = toGray(channels);
  const ink = extractInk(gray, darkness(gray) >= 1);
  if (!ink) return new Float32Array(SIDE * SIDE);
  const { width, height, values } = ink.strength;
  const [columns, rows] = [width, height].map((length) => Math.max(1, Math.round((SIDE * length) / Math.max(width, height))));
  const small = resize({ values, width, height }, columns, rows);
  return placed(small, Math.floor((SIDE - columns) / 2), Math.floor((SIDE - rows) / 2));
}

/** Opaque channels of 0 to 1, no side above `MOST`, and how they lie in the picture. */
function pixelsOf({ rgba, width, height }) {
  const factor = Math.ceil(Math.max(width, height) / MOST);
  const [columns, rows] = [width, height].map((side) => Math.ceil(side / factor));
  const channels = [0, 1, 2, 3].map((channel) => reducedChannel(rgba, channel, { width, height, factor, columns, rows }));
  const alpha = channels.pop();
  if (alpha.values.every((value) => value === 1)) return { channels, factor, margin: 0 };
  return { ...onGround(channels, alpha), factor };
}

/** Means of squares of pixels, as Pillow's `Image.reduce`: those at the end may be of fewer. Colour counts by alpha. */
function reducedChannel(rgba, channel, { width, height, factor, columns, rows }) {
  const [sums, weights] = [new Float32Array(columns * rows), new Float32Array(columns * rows)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [4 * (y * width + x), Math.floor(y / factor) * columns + Math.floor(x / factor)];
      const weight = channel === 3 || factor === 1 ? 1 : rgba[from + 3] / 255;
      sums[to] += weight * rgba[from + channel];
      weights[to] += weight;
    }
  }
  return { values: sums.map((sum, i) => (weights[i] > 0 ? sum / weights[i] / 255 : 0)), width: columns, height: rows };
}

/** Put what is transparent on a background that shows it, with a margin of that background all around. */
function onGround(channels, alpha) {
  const ground = groundBehind(channels, alpha);
  const { width, height } = alpha;
  const margin = Math.max(1, Math.floor(Math.max(width, height) / 20));
  const wide = width + 2 * margin;
  const opaque = channels.map(({ values }, channel) => {
    const all = new Float32Array(wide * (height + 2 * margin)).fill(ground[channel]);
    values.forEach((value, i) => {
      const there = (Math.floor(i / width) + margin) * wide + (i % width) + margin;
      all[there] = value * alpha.values[i] + ground[channel] * (1 - alpha.values[i]);
    });
    return { values: all, width: wide, height: height + 2 * margin };
  });
  return { channels: opaque, margin };
}

/** White, or black if what is drawn is light; if it is a picture with its own background, more of that. */
function groundBehind(channels, alpha) {
  const drawn = maskOf(alpha, (value) => value > 0.5);
  const count = drawn.values.reduce((sum, is) => sum + is, 0);
  if (count === 0) return [1, 1, 1];
  const bright = channels[0].values.map((value, i) => (value + channels[1].values[i] + channels[2].values[i]) / 3);
  const own = bright.filter((_, i) => drawn.values[i]);
  const isPicture = percentile(own, 95) - percentile(own, 5) > 0.25 && count > 0.5 * bright.length;
  if (isPicture) return channels.map(({ values }) => median(values.filter((_, i) => drawn.values[i])));
  // The middle of a stroke counts, not its edges: they may be mixed with a background that was cut out.
  const depth = distances(drawn).values;
  let [sum, weights] = [0, 0];
  bright.forEach((value, i) => {
    sum += value * depth[i] ** 2;
    weights += depth[i] ** 2;
  });
  return new Array(3).fill(sum / weights > 0.5 ? 0 : 1);
}

/** The image, if it already is one of MNIST: 28 × 28, grey, on a plain ground, and framed as there; else null. */
function alreadyFramed([red, green, blue]) {
  if (red.width !== SIDE || red.height !== SIDE) return null;
  if (red.values.some((value, i) => value !== green.values[i] || value !== blue.values[i])) return null;
  const gray = red.values.map((value) => Math.round(value * 255));
  const background = Math.round(median(gray));
  const ink = gray.map((value) => Math.abs(value - background));
  const strongest = Math.max(...ink);
  if (background !== Math.min(...gray) && background !== Math.max(...gray)) return null;
  const box = boundsOf(ink, SIDE, SIDE, 0);
  if (!box || ![BOX - 1, BOX].includes(Math.max(box.width, box.height))) return null;
  const { right, down } = shiftToCentre(ink);
  if (right !== 0 || down !== 0) return null;
  return ink.map((value) => (strongest >= WEAK ? value : Math.round(value * (255 / strongest))) / 255);
}
