/**
 * Strokes → digits: which of them belong together, which are no digits, and in which order they are read. It follows
 * mnistcnn/data/parting.py, which gives the reasons for each number.
 *
 * @typedef {import("./grids.js").Grid} Grid
 * @typedef {{top: number, left: number, bottom: number, right: number}} Box bottom and right are the first beyond it
 * @typedef {{labels: Set<number>, box: Box, area: number, thickness: number, contact: number}} Part
 *   strokes that belong together; thickness: the widest circle that fits in; contact: how much of the picture's border
 *   it touches, as a share of its longer side
 */

import { boxesOf, label } from "./components.js";
import { maximumFilter } from "./filters.js";
import { borderOf, cutOut, like, maskOf } from "./grids.js";
import { median } from "./measures.js";

const SMALLEST = 6;
const LEAST_INK = 8;
const THICKEST = 0.6;
const SMALLER = 0.45;
const [ALONG, ALONG_BORDER] = [0.1, 0.6];
const AS_DARK = 0.2;
const FLAT = 0.35;
const [UNDERLINE, CLEAR_OF] = [0.25, 0.04];
const CLOSE = 0.15;
const DIRT = 0.02;

const heightOf = ({ top, bottom }) => bottom - top;
const widthOf = ({ left, right }) => right - left;

/** A box's longer side. */
export function sizeOf(box) {
  return Math.max(heightOf(box), widthOf(box));
}

function joinedBox(one, other) {
  return {
    top: Math.min(one.top, other.top), left: Math.min(one.left, other.left),
    bottom: Math.max(one.bottom, other.bottom), right: Math.max(one.right, other.right),
  };
}

/** Whether a box lies inside another and is not the same. */
export function isWithin(inner, outer) {
  const inside = inner.top >= outer.top && inner.left >= outer.left
    && inner.bottom <= outer.bottom && inner.right <= outer.right;
  return inside && (heightOf(inner) < heightOf(outer) || widthOf(inner) < widthOf(outer));
}

/** Pixels between two boxes, 0 if they overlap. */
function between(one, other) {
  const beside = Math.max(one.left - other.right, other.left - one.right, 0);
  const above = Math.max(one.top - other.bottom, other.top - one.bottom, 0);
  return Math.hypot(beside, above);
}

function joined(one, other) {
  return {
    labels: new Set([...one.labels, ...other.labels]), box: joinedBox(one.box, other.box), area: one.area + other.area,
    thickness: Math.max(one.thickness, other.thickness), contact: Math.max(one.contact, other.contact),
  };
}

/**
 * The strokes that hang together and are larger than specks.
 *
 * @param {Grid} mask
 * @param {Grid} depth how far each pixel is inside a stroke
 * @returns {{labels: Grid, parts: Part[]}}
 */
export function findParts(mask, depth) {
  const { labels: wide, count } = label(maximumFilter(mask, 3));
  const labels = like(mask, wide.values.map((number, i) => (mask.values[i] ? number : 0)));
  const deepest = new Float64Array(count + 1);
  labels.values.forEach((number, i) => (deepest[number] = Math.max(deepest[number], depth.values[i])));
  const contacts = new Float64Array(count + 1);
  for (const number of borderOf(labels)) contacts[number]++;
  const parts = [];
  boxesOf(labels, count).forEach((box, number) => {
    if (!box || box.area < LEAST_INK || sizeOf(box) < SMALLEST) return;
    const { area, ...edges } = box;
    const contact = contacts[number] / sizeOf(box);
    parts.push({ labels: new Set([number]), box: edges, area, thickness: 2 * deepest[number], contact });
  });
  return { labels, parts };
}

/** Whether strokes end where their box ends: what does not is the edge of something larger that is as dark. */
export function standsFree(part, labels, ink) {
  const [number] = part.labels;
  const { top, left, bottom, right } = part.box;
  const around = { top: top - 5, left: left - 5, bottom: bottom + 5, right: right + 5 };
  const own = maskOf(cutOut(labels, around), (value) => value === number);
  const [near, close] = [9, 5].map((side) => maximumFilter(own, side).values);
  const [gray, ground] = [ink.gray, ink.ground].map((grid) => cutOut(grid, around).values);
  const [dark, paper] = [gray, ground].map((values) => median(values.filter((_, i) => own.values[i])));
  const others = maximumFilter(cutOut(ink.written, around), 5).values;
  let [asDark, all] = [0, 0];
  near.forEach((isNear, i) => {
    if (isNear && !close[i]) all++;
    // Paper in a shadow is darker than elsewhere, but lighter than ink.
    if (isNear && !others[i] && gray[i] < dark + AS_DARK * (paper - dark)) asDark++;
  });
  return asDark <= 0.1 * all;
}

/** Leave out what is no digit, and join what is one. @param {Part[]} parts @returns {Part[]} */
export function digitsOf(parts) {
  const thin = parts.filter((part) => part.thickness < THICKEST * sizeOf(part.box));
  const candidates = thin.length > 0 ? thin : parts;
  const some = notCutOff(candidates.filter((part) => !isAroundOthers(part, candidates) && !underlines(part, candidates)));
  if (some.length === 0) return [];
  const largest = Math.max(...some.map((part) => part.area));
  const size = Math.max(...some.filter((part) => part.area >= 0.3 * largest).map((part) => sizeOf(part.box)));
  const isMain = (part) => sizeOf(part.box) >= SMALLER * size && part.area >= 0.08 * largest;
  const main = some.filter(isMain);
  const usual = median(main.map((part) => sizeOf(part.box)));
  for (const part of some) {
    const nearest = nearestOf(part, main);
    if (!isMain(part) && part.area >= DIRT * largest && between(part.box, main[nearest].box) <= CLOSE * usual) {
      main[nearest] = joined(main[nearest], part);
    }
  }
  return joinedDigits(main, usual);
}

function nearestOf(part, others) {
  const gaps = others.map((other) => between(part.box, other.box));
  return gaps.indexOf(Math.min(...gaps));
}

/** Whether it is a circle or a frame that holds a digit. */
function isAroundOthers(part, parts) {
  return parts.some((other) => isWithin(other.box, part.box)
    && sizeOf(other.box) > 0.25 * sizeOf(part.box) && other.area > 0.15 * part.area);
}

/** Whether it is a line below a digit. */
function underlines({ box }, parts) {
  return heightOf(box) < UNDERLINE * widthOf(box) && parts.some(({ box: other }) => {
    const gap = box.top - other.bottom;
    return heightOf(other) > 2 * heightOf(box) && gap >= CLEAR_OF * sizeOf(other) && gap < heightOf(other)
      && Math.min(box.right, other.right) - Math.max(box.left, other.left) > 0.5 * widthOf(other);
  });
}

/** Whether it is so much wider than high that it is no digit by itself. */
function isFlat({ box }) {
  return heightOf(box) < FLAT * widthOf(box);
}

/** Without what the border cuts, unless nothing else is nearly as large: then the largest of that, and its bar. */
function notCutOff(parts) {
  const inner = parts.filter((part) => part.contact === 0);
  const largest = Math.max(0, ...inner.filter((part) => !isFlat(part)).map((part) => sizeOf(part.box)));
  // What lies along the border is a desk or the edge of a scan: much smaller digits are preferred to it.
  const cut = parts.filter((part) => part.contact > 0
    && largest < (part.contact > ALONG_BORDER ? ALONG : SMALLER) * sizeOf(part.box));
  if (cut.length === 0) return inner;
  const { box } = cut.reduce((best, part) => (part.area > best.area ? part : best));
  return [...inner, ...cut.filter((part) => between(part.box, box) <= CLOSE * sizeOf(box))];
}

/**
 * Join what is together as high as one digit, and then each low part, such as the bar of a 5, to its digit. A flat part
 * without a digit, such as a dash, is left out, unless there is nothing else.
 */
function joinedDigits(digits, usual) {
  const whole = [];
  for (const part of [...digits].sort((a, b) => a.box.top - b.box.top)) {
    const index = whole.findIndex((other) => areOne(other.box, part.box, usual));
    if (index < 0) whole.push(part);
    else whole[index] = joined(whole[index], part);
  }
  const isHigh = (part) => heightOf(part.box) >= FLAT * usual;
  const high = whole.filter(isHigh);
  for (const part of whole.filter((one) => !isHigh(one))) {
    const nearest = high.length > 0 ? nearestOf(part, high) : -1;
    if (nearest >= 0 && between(part.box, high[nearest].box) <= 0.25 * usual) high[nearest] = joined(high[nearest], part);
    else if (high.length === 0 || !isFlat(part)) high.push(part);
  }
  return high;
}

function areOne(upper, lower, usual) {
  const overlap = Math.min(upper.right, lower.right) - Math.max(upper.left, lower.left);
  const gap = Math.max(upper.top, lower.top) - Math.min(upper.bottom, lower.bottom);
  if (overlap <= 0.5 * Math.min(widthOf(upper), widthOf(lower))) return false;
  if (gap < 0.04 * usual) return true;
  const together = heightOf(joinedBox(upper, lower)) < 1.5 * usual
    && Math.min(heightOf(upper), heightOf(lower)) < 0.7 * usual;
  return together && gap < 0.12 * usual;
}

/** In reading order: lines from top to bottom, and in each of them digits from left to right. @returns {Part[][]} */
export function textLinesOf(digits) {
  const lines = [];
  for (const digit of [...digits].sort((a, b) => a.box.top - b.box.top)) {
    const line = lines.find((members) => {
      const [top, bottom] = ["top", "bottom"].map((side) => median(members.map(({ box }) => box[side])));
      const shared = Math.min(digit.box.bottom, bottom) - Math.max(digit.box.top, top);
      return shared > 0.4 * Math.min(heightOf(digit.box), bottom - top);
    });
    if (line) line.push(digit);
    else lines.push([digit]);
  }
  return lines.map((members) => members.sort((a, b) => a.box.left - b.box.left));
}
