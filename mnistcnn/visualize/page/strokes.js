/** Lines on the pad → 28 × 28 pixels as MNIST's makers would have made of them. */

import { BOX, SIDE, centreByMass } from "./framing.js";

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
