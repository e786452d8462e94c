/** Lines on the pad, or a loaded picture → 28 × 28 pixels as MNIST's makers would have made of them. */

import { BOX, SIDE, boundsOf, centreByMass, frame, resize, shiftToCentre } from "./framing.js";
import { findInk } from "./ink.js";

/**
 * Pixels of 28 × 28. The first 1,000 training images of MNIST, traced along the middle of their strokes and drawn again
 * with this pen, have the same mean ink as they had: 100.5 pixels' worth (2.5: 98.7, 2.6: 102).
 */
export const PEN_WIDTH = 2.55;

/**
 * Draw lines with the pen. A pixel's ink is how much of it the pen covers, taken from its distance to the nearest
 * line: from 1 inside to 0 outside over one pixel across the pen's edge.
 *
 * @param {{x: number, y: number}[][]} strokes in units of the pad's side, 0 to 1
 * @param {{center?: boolean}} options center: fit into 20 × 20 and centre by mass, as MNIST was made; else the pad as
 *   it is. The pen has the same width either way.
 * @returns {Float32Array} [28][28], 0 to 1; all zeros without strokes
 */
export function strokesToImage(strokes, { center = true } = {}) {
  const points = strokes.flat();
  if (!points.length) return new Float32Array(SIDE * SIDE);
  if (!center) return draw(strokes, ({ x, y }) => ({ x: x * SIDE, y: y * SIDE }));
  const [left, top] = [Math.min(...points.map((p) => p.x)), Math.min(...points.map((p) => p.y))];
  const width = Math.max(...points.map((p) => p.x)) - left;
  const height = Math.max(...points.map((p) => p.y)) - top;
  const scale = (BOX - PEN_WIDTH) / (Math.max(width, height) || 1);
  const margin = PEN_WIDTH / 2;
  return centreByMass(draw(strokes, ({ x, y }) => ({ x: (x - left) * scale + margin, y: (y - top) * scale + margin })));
}

/** @param {function({x, y}): {x, y}} place from the pad to pixels, where pixel 0 is from 0 to 1 */
function draw(strokes, place) {
  const image = new Float32Array(SIDE * SIDE);
  for (const stroke of strokes) {
    const points = stroke.map(place);
    points.forEach((point, i) => drawLine(image, points[Math.max(i - 1, 0)], point)); // One point is a dot.
  }
  return image;
}

function drawLine(image, from, to) {
  const reach = PEN_WIDTH / 2 + 0.5;
  const first = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a, b) => Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + reach));
  for (let y = first(from.y, to.y); y <= last(from.y, to.y); y++) {
    for (let x = first(from.x, to.x); x <= last(from.x, to.x); x++) {
      const ink = Math.min(Math.max(reach - distance(x + 0.5, y + 0.5, from, to), 0), 1);
      image[y * SIDE + x] = Math.max(image[y * SIDE + x], ink);
    }
  }
}

/** From a point to the nearest point of a line. */
function distance(x, y, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - from.x - t * dx, y - from.y - t * dy);
}

/**
 * A loaded picture of one digit, dark on light or light on dark.
 *
 * @param {Uint8ClampedArray} rgba [height][width][4]
 * @param {number} width
 * @param {number} height
 * @param {{center?: boolean}} options as for strokes; without it the whole picture is made 28 × 28
 * @returns {Float32Array} [28][28]; an image that is in MNIST's frame already comes back as it is
 */
export function imageToDigit(rgba, width, height, { center = true } = {}) {
  const framed = alreadyFramed(rgba, width, height);
  if (framed) return framed;
  const ink = findInk(rgba, width, height);
  if (center) return frame(ink, width, height);
  const side = Math.max(width, height);
  const [columns, rows] = [width, height].map((length) => Math.max(1, Math.round((SIDE * length) / side)));
  const small = resize(ink, width, { left: 0, top: 0, width, height }, columns, rows);
  const image = new Float32Array(SIDE * SIDE);
  const first = Math.floor((SIDE - rows) / 2) * SIDE + Math.floor((SIDE - columns) / 2);
  small.forEach((value, i) => {
    image[first + Math.floor(i / columns) * SIDE + (i % columns)] = value;
  });
  return image;
}

/** The image, if it is 28 × 28, grey on black or white, within 20 × 20 and centred; else null. */
function alreadyFramed(rgba, width, height) {
  if (width !== SIDE || height !== SIDE) return null;
  const grey = rgba.filter((_, i) => i % 4 === 0);
  const plain = grey.every((value, i) => rgba[4 * i + 1] === value && rgba[4 * i + 2] === value && rgba[4 * i + 3] === 255);
  if (!plain || (grey[0] !== 0 && grey[0] !== 255)) return null;
  const image = Float32Array.from(grey, (value) => Math.abs(value - grey[0]) / 255);
  const box = boundsOf(image, SIDE, SIDE, 0);
  const { right, down } = shiftToCentre(image);
  return box && box.width <= BOX && box.height <= BOX && right === 0 && down === 0 ? image : null;
}
