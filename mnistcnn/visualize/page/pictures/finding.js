/**
 * Finds the digits in a picture, as `mnistcnn predict` does (mnistcnn/data/finding.py): paper, shadows, ruled lines,
 * frames and dirt are taken away, the rest is parted.
 *
 * @typedef {import("./grids.js").Grid} Grid
 * @typedef {import("./parting.js").Box} Box
 * @typedef {{box: Box, ink: Grid, thickness: number, contrast: number}} FoundInk
 *   box: in pixels of the picture; ink: 0 to 1; thickness: of its strokes, as a share of the longer side
 */

import { darkness, extractInk, toGray } from "./ink.js";
import { boxesOf, distances, label } from "./components.js";
import { maximumFilter } from "./filters.js";
import { borderOf, cutOut, mapped, maskOf, reduced } from "./grids.js";
import { median, otsuThreshold, percentile, rangeOf } from "./measures.js";
import { withoutFrames, withoutLines } from "./lines.js";
import { digitsOf, findParts, isWithin, sizeOf, standsFree, textLinesOf } from "./parting.js";

const SLENDER = 0.45;
const CLEAR = 100;
const FAINT = 0.3;
const FINER = 0.5;
const HARDLY = 0.12;
const [PALER, THINNER] = [0.5, 0.6];
const LEAST_SIDE = 160;
const TINY = 64;

/**
 * @param {Grid[]} channels red, green and blue, 0 to 1
 * @returns {FoundInk[]} in reading order; empty if no digit can be found
 */
export function findInk(channels) {
  const { gray: bare, scale } = enlarged(toGray(stretched(channels)));
  const { gray, margin } = withMargin(bare, scale);
  const dark = darkness(gray);
  const likely = find(gray, dark >= 1, margin, scale);
  if (Math.max(dark, 1 / dark) >= CLEAR && likely.some(isSlender)) return likely;
  return better(likely, find(gray, dark < 1, margin, scale));
}

/** Of what was found as dark and as light ink: strokes instead of the holes in them, and clear instead of faint. */
function better(likely, other) {
  const slender = [likely, other].map((found) => found.filter(isSlender));
  if (slender.some((found) => found.length === 0)) {
    if (slender[1].length > 0) return other;
    return likely.length > 0 ? likely : other;
  }
  for (const [inner, outer, [within, around]] of [[0, 1, [likely, other]], [1, 0, [other, likely]]]) {
    if (lieIn(slender[inner], slender[outer])) {
      return thickest(slender[inner]) < FINER * thickest(slender[outer]) ? within : around;
    }
  }
  const [first, second] = slender.map((found) => Math.max(...found.map((digit) => digit.contrast)));
  return first < FAINT * second ? other : likely;
}

/** Whether it is made of strokes. */
function isSlender({ thickness }) {
  return thickness <= SLENDER;
}

function thickest(digits) {
  return Math.max(...digits.map(({ thickness }) => thickness));
}

function lieIn(inner, outer) {
  return inner.every((digit) => outer.some((around) => isWithin(digit.box, around.box)));
}

function find(picture, dark, margin, scale) {
  const ink = extractInk(picture, dark);
  if (!ink) return [];
  const mask = ink.written;
  const depth = distances(mask);
  const ruled = withoutLines(withoutFrames(mask), strokeOf(depth));
  const erased = maskOf(mask, (value, i) => value && !ruled.values[i]);
  let found = partDigits(ruled, ink, depth);
  // If nothing is left, what looked like lines is all that there is.
  if (found.digits.length === 0) found = partDigits(mask, ink, depth);
  const digits = clear(found.digits.filter((digit) => sizeOf(digit.box) >= 6 * scale), ink, found.labels);
  return textLinesOf(digits).flat().map((digit) => cutDigit(digit, ink, found.labels, erased, { margin, scale }));
}

/** Without what is hardly there compared with the clearest digit: the grain of a desk, what is left of a grid. */
function clear(digits, ink, labels) {
  const contrasts = digits.map((digit) => contrastOf(digit, ink, labels, digit.box));
  const strongest = Math.max(0, ...contrasts);
  const thickness = digits[contrasts.indexOf(strongest)]?.thickness ?? 0;
  const share = (digit) => (digit.thickness < THINNER * thickness ? PALER : HARDLY);
  return digits.filter((digit, i) => contrasts[i] >= share(digit) * strongest);
}

/** How much darker a digit's pixels are than their ground. */
function contrastOf(digit, ink, labels, around) {
  const own = cutOut(labels, around).values;
  const [gray, ground] = [ink.gray, ink.ground].map((grid) => cutOut(grid, around).values);
  return median(ground.map((value, i) => value - gray[i]).filter((_, i) => digit.labels.has(own[i])));
}

function partDigits(mask, ink, depth) {
  const { labels, parts } = findParts(mask, depth);
  return { labels, digits: digitsOf(parts.filter((part) => standsFree(part, labels, ink))) };
}

/** The ink near a digit's strokes, without erased lines. */
function cutDigit(digit, ink, labels, erased, { margin, scale }) {
  const { box } = digit;
  const start = (edge) => Math.floor(Math.max(edge - 3, 0) / scale) * scale;
  const around = { top: start(box.top), left: start(box.left), bottom: box.bottom + 3 * scale, right: box.right + 3 * scale };
  const own = maskOf(cutOut(labels, around), (number) => digit.labels.has(number));
  const reach = 1 + 2 * Math.max(2, Math.floor(Math.max(ink.gray.width, ink.gray.height) / 100));
  const near = maximumFilter(own, reach).values;
  const [gone, strength] = [erased, ink.strength].map((grid) => cutOut(grid, around));
  const kept = mapped(strength, (value, i) => (near[i] && (own.values[i] || !gone.values[i]) ? value : 0));
  const [top, left] = [box.top, box.left].map((edge) => Math.trunc((edge - margin) / scale));
  const [bottom, right] = [box.bottom, box.right].map((edge) => Math.ceil((edge - margin) / scale));
  return {
    box: { top, left, bottom, right }, ink: reduced(kept, scale),
    thickness: digit.thickness / sizeOf(box), contrast: contrastOf(digit, ink, labels, around),
  };
}

/** How thick most strokes are: twice the depth of their middle, in pixels. */
function strokeOf(depth) {
  const most = maximumFilter(depth, 3).values;
  const middle = depth.values.filter((value, i) => value >= 1 && value >= most[i]);
  return middle.length > 0 ? 2 * percentile(middle, 90) : 1;
}

/** A tiny picture is no photo: however weak it is, its values are meant. */
function stretched(channels) {
  const ranges = channels.map(({ values }) => rangeOf(values));
  const [low, high] = [Math.min(...ranges.map(([least]) => least)), Math.max(...ranges.map(([, most]) => most))];
  const { width, height } = channels[0];
  if (Math.max(width, height) > TINY || high === low || high - low >= 0.2) return channels;
  return channels.map((channel) => mapped(channel, (value) => (value - low) / (high - low)));
}

/** So large that what is measured in pixels holds, and how many times that is. */
function enlarged(gray) {
  const { values, width, height } = gray;
  const scale = Math.ceil(LEAST_SIDE / Math.max(width, height));
  if (scale === 1) return { gray, scale };
  const [columns, rows] = [width * scale, height * scale];
  const large = Float32Array.from({ length: columns * rows }, (_, i) =>
    values[Math.floor(i / columns / scale) * width + Math.floor((i % columns) / scale)]);
  return { gray: { values: large, width: columns, height: rows }, scale };
}

/** With paper around a digit that was cut out so tightly that it touches all four sides, and how wide it is. */
function withMargin(gray, scale) {
  const paper = paperOfTightCrop(gray);
  if (paper === null) return { gray, margin: 0 };
  const margin = Math.floor(Math.floor(Math.max(gray.width, gray.height) / 4) / scale) * scale;
  const [width, height] = [gray.width + 2 * margin, gray.height + 2 * margin];
  const values = new Float32Array(width * height).fill(paper);
  for (let y = 0; y < gray.height; y++) {
    values.set(gray.values.subarray(y * gray.width, (y + 1) * gray.width), (y + margin) * width + margin);
  }
  return { gray: { values, width, height }, margin };
}

/** How light the paper is, if the picture has two shades and one of them looks like a digit from side to side. */
function paperOfTightCrop(gray) {
  if (percentile(gray.values, 98) - percentile(gray.values, 2) < 0.1) return null;
  const threshold = otsuThreshold(gray.values);
  const dark = maskOf(gray, (value) => value < threshold);
  const share = meanOf(dark.values);
  const sides = [1, 0].map((is) => gray.values.filter((_, i) => dark.values[i] === is));
  const means = sides.map(meanOf);
  const all = meanOf(gray.values);
  const variance = meanOf(gray.values.map((value) => (value - all) ** 2));
  if (share * (1 - share) * (means[0] - means[1]) ** 2 < 0.8 * variance) return null;
  const light = maskOf(dark, (value) => !value);
  const candidates = [{ ink: dark, ground: sides[1] }, { ink: light, ground: sides[0] }]
    .map(({ ink, ground }) => ({ share: shareAsDigit(ink), ground })).filter((candidate) => candidate.share !== null);
  if (candidates.length === 0) return null;
  return median(candidates.sort((a, b) => a.share - b.share)[0].ground);
}

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How many sides of the picture a part covers. */
function coveredSides({ values, width, height }, number) {
  const ends = (count, place) => Array.from({ length: count }, (_, i) => (values[place(i)] === number ? 1 : 0));
  return [
    ends(width, (x) => x), ends(width, (x) => (height - 1) * width + x),
    ends(height, (y) => y * width), ends(height, (y) => (y + 1) * width - 1),
  ].filter((side) => meanOf(side) > 0.95).length;
}

/** The radius of the widest circle that fits in. */
function deepest({ values, width, height }) {
  const padded = { values: new Uint8Array((width + 2) * (height + 2)), width: width + 2, height: height + 2 };
  for (let y = 0; y < height; y++) padded.values.set(values.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
  return rangeOf(distances(padded).values)[1];
}

/** How much of the picture and of its border is ink; null if that cannot be a digit from side to side. */
function shareAsDigit(ink) {
  const { values, width, height } = ink;
  const { labels, count } = label(ink);
  if (count === 0) return null;
  const boxes = boxesOf(labels, count).slice(1);
  const largest = boxes.reduce((best, box) => (box.area > best.area ? box : best));
  const touches = largest.top === 0 && largest.left === 0 && largest.bottom === height && largest.right === width;
  const corners = [0, width - 1, (height - 1) * width, height * width - 1].reduce((sum, i) => sum + values[i], 0);
  const total = boxes.reduce((sum, { area }) => sum + area, 0);
  const mean = total / values.length;
  const atBorder = meanOf(borderOf(ink));
  if (!touches || largest.area < 0.8 * total || mean < 0.04) return null;
  if (atBorder > 0.75 || corners === 4 || coveredSides(labels, boxes.indexOf(largest) + 1) > 1) return null;
  if (2 * deepest(ink) > SLENDER * Math.max(width, height)) return null;
  return mean + atBorder + corners / 4;
}
