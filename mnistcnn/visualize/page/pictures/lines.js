/**
 * Takes ruled lines, boxes and frames away from strokes, without cutting the strokes that cross them, as
 * mnistcnn/data/lines.py does: lines are found by a Hough transform (Duda and Hart, 1972), followed pixel by pixel, and
 * erased wherever they are no thicker than usual.
 *
 * @typedef {import("./grids.js").Grid} Grid
 * @typedef {{columns: number[], top: number[], bottom: number[], thickness: number, width: number, length: number}} Line
 *   columns: where ink was met; top, bottom: the first and last row of the ink there; width: of the mask
 */

import { boxesOf, label } from "./components.js";
import { cutOut, like, maskOf, rounded, transposed } from "./grids.js";
import { median } from "./measures.js";

const SHORTEST = 0.3;
const SLIMMEST = 25;
const ROOM = 0.08;
const SMALLEST_FRAME = 20;
const FINEST = 400;
const GAP = 15;
const PEAKS = 120;

/** Erase the sides of boxes: parts of which at least three straight sides lie on their outline. @returns {Grid} */
export function withoutFrames(mask) {
  const left = like(mask, mask.values.slice());
  const { labels, count } = label(mask);
  boxesOf(labels, count).forEach((box, number) => {
    if (!box || Math.min(box.right - box.left, box.bottom - box.top) < SMALLEST_FRAME) return;
    const part = maskOf(cutOut(labels, box), (value) => value === number);
    if (box.area >= 0.35 * part.values.length) return;
    sidesOf(part).values.forEach((erased, i) => {
      if (erased) left.values[(box.top + Math.floor(i / part.width)) * mask.width + box.left + (i % part.width)] = 0;
    });
  });
  return left;
}

/** The straight sides of a part, if it is a frame. */
function sidesOf(part) {
  const erased = like(part, new Uint8Array(part.values.length));
  const found = new Set();
  for (const { line, upright } of linesOf(part, 6, 0.5)) {
    if (!spans(line, 0.06) || line.length < 10 * line.thickness) continue;
    const where = median(line.top.map((top, i) => top + line.bottom[i])) / 2 / (upright ? part.width : part.height);
    for (const end of [0, 1]) if (Math.abs(where - end) <= ROOM) found.add(`${upright} ${end}`);
    erase(erased, line, upright);
  }
  return found.size >= 3 ? erased : like(part, new Uint8Array(part.values.length));
}

/**
 * Erase what is ruled: long, straight, almost level or upright, and thinner than strokes or from side to side.
 *
 * @param {Grid} mask
 * @param {number} stroke how thick strokes are, in pixels
 * @returns {Grid}
 */
export function withoutLines(mask, stroke) {
  const erased = like(mask, new Uint8Array(mask.values.length));
  for (const { line, upright } of linesOf(mask, 12, SHORTEST)) {
    const slim = line.length >= SLIMMEST * line.thickness && line.length >= SHORTEST * line.width;
    const differs = line.thickness <= 0.75 * stroke || line.length > 0.6 * line.width;
    if ((slim && differs) || (spans(line, 0.03) && line.length >= 12 * line.thickness)) erase(erased, line, upright);
  }
  return maskOf(mask, (value, i) => value && !erased.values[i]);
}

/** Whether a line begins and ends within this share of the width of the sides. */
function spans({ columns, width }, share) {
  return columns[0] <= share * width + 2 && columns.at(-1) >= width - share * width - 3;
}

/** @param {number} tilt the largest angle, in degrees @param {number} share of the shorter side, the least length */
function* linesOf(mask, tilt, share) {
  const factor = Math.ceil(Math.max(mask.width, mask.height) / FINEST);
  const small = anyOf(mask, factor);
  const steps = Array.from({ length: 4 * tilt + 1 }, (_, i) => -tilt + i / 2);
  const angles = [...steps, ...steps.map((step) => step + 90)].map((degrees) => (degrees * Math.PI) / 180);
  const turned = transposed(mask);
  for (const { angle, distance } of peaksOf(houghSpace(small, angles), angles, share * Math.min(small.width, small.height))) {
    const upright = Math.abs(Math.cos(angle)) > 0.7;
    // x cos + y sin = distance, in reduced pixels, whose middles lie (factor - 1) / 2 further.
    const [along, across] = upright ? [Math.sin(angle), Math.cos(angle)] : [Math.cos(angle), Math.sin(angle)];
    const offset = distance * factor + ((factor - 1) / 2) * (along + across);
    const line = followed(upright ? turned : mask, (column) => rounded((offset - column * along) / across), factor + 1);
    if (line) yield { line, upright };
  }
}

function anyOf({ values, width, height }, factor) {
  const [columns, rows] = [Math.floor(width / factor), Math.floor(height / factor)];
  const answer = new Uint8Array(columns * rows);
  for (let y = 0; y < rows * factor; y++) {
    for (let x = 0; x < columns * factor; x++) {
      if (values[y * width + x]) answer[Math.floor(y / factor) * columns + Math.floor(x / factor)] = 1;
    }
  }
  return { values: answer, width: columns, height: rows };
}

/** For each distance (a row; the middle one is 0) and angle (a column), how many pixels lie on that line. */
function houghSpace({ values, width, height }, angles) {
  const reach = Math.ceil(Math.hypot(width, height));
  const counts = new Float32Array((2 * reach + 1) * angles.length);
  const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!values[i]) continue;
      for (let a = 0; a < angles.length; a++) {
        counts[(Math.round(cosines[a] * x + sines[a] * y) + reach) * angles.length + a]++;
      }
    }
  }
  return { values: counts, width: angles.length, height: 2 * reach + 1, reach };
}

/** The strongest lines; within 3 distances and 2 angles of one there is no other. Angles go on at the other end. */
function peaksOf(space, angles, threshold) {
  const largest = rectangleMaximum(space, 2, 3);
  const { labels, count } = label(maskOf(space, (value, i) => value === largest.values[i] && value > threshold));
  const value = ({ x, y }) => largest.values[y * space.width + x];
  const sorted = topsOf(labels, count, largest).sort((a, b) => a.strength - b.strength).reverse();
  const peaks = [];
  for (const top of sorted) {
    if (value(top) <= threshold) continue;
    peaks.push({ angle: angles[top.x], distance: top.y - space.reach, count: value(top) });
    suppress(largest, top);
  }
  return peaks.sort((a, b) => b.count - a.count).slice(0, PEAKS);
}

/** The middle of each group of peaks that hang together, and its largest value. */
function topsOf({ values, width }, count, largest) {
  const tops = Array.from({ length: count }, () => ({ x: 0, y: 0, places: 0, strength: 0 }));
  values.forEach((number, i) => {
    if (number === 0) return;
    const top = tops[number - 1];
    top.x += i % width;
    top.y += Math.floor(i / width);
    top.places++;
    top.strength = Math.max(top.strength, largest.values[i]);
  });
  return tops.map(({ x, y, places, strength }) => ({ x: rounded(x / places), y: rounded(y / places), strength }));
}

function suppress({ values, width, height }, { x, y }) {
  for (let dy = -3; dy <= 3; dy++) {
    if (y + dy <= 0 || y + dy >= height) continue;
    for (let dx = -2; dx <= 2; dx++) {
      const beyond = x + dx < 0 || x + dx >= width;
      const column = (x + dx + width) % width;
      const row = beyond ? height - (y + dy) : y + dy;
      if (row < height) values[row * width + column] = 0;
    }
  }
}

function rectangleMaximum({ values, width, height }, across, down) {
  const wide = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let most = 0;
      const last = Math.min(width - 1, x + across);
      for (let at = Math.max(0, x - across); at <= last; at++) most = Math.max(most, values[y * width + at]);
      wide[y * width + x] = most;
    }
  }
  const answer = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let most = 0;
      const last = Math.min(height - 1, y + down);
      for (let at = Math.max(0, y - down); at <= last; at++) most = Math.max(most, wide[at * width + x]);
      answer[y * width + x] = most;
    }
  }
  return { values: answer, width, height };
}

/** Follow a line through every column, where it may be up to `play` rows away; null if it is broken. @returns {Line|null} */
function followed(mask, rowAt, play) {
  const { values, width, height } = mask;
  const steps = Array.from({ length: 2 * play + 1 }, (_, i) => i - play).sort((a, b) => Math.abs(a) - Math.abs(b));
  const rows = Int32Array.from({ length: width }, (_, column) => {
    const usual = rowAt(column);
    const step = steps.find((one) => usual + one >= 0 && usual + one < height && values[(usual + one) * width + column]);
    return step === undefined ? -1 : usual + step;
  });
  const [first, last] = longestStretch(rows);
  const columns = [];
  for (let column = first; column <= last; column++) if (rows[column] >= 0) columns.push(column);
  if (columns.length < 10 || columns.length < 0.8 * (last - first + 1)) return null;
  const [top, bottom] = [-1, 1].map((way) => columns.map((column) => runEnd(mask, column, rows[column], way)));
  const runs = columns.map((_, i) => bottom[i] - top[i] + 1);
  const usual = median(runs);
  const thin = runs.filter((run) => run <= Math.max(2 * usual, usual + 2));
  if (thin.length < 0.5 * runs.length) return null;
  return { columns, top, bottom, thickness: median(thin), width, length: columns.at(-1) - columns[0] + 1 };
}

/** The longest stretch in which no gap is as long as `GAP`: its first and last column. */
function longestStretch(rows) {
  let [best, start, last] = [[0, -1], -1, -1];
  for (let column = 0; column < rows.length; column++) {
    if (rows[column] < 0) continue;
    if (start < 0 || column - last > GAP) start = column;
    last = column;
    if (last - start > best[1] - best[0]) best = [start, last];
  }
  return best;
}

/** The last row of the ink above (way -1) or below (way 1) a pixel. */
function runEnd({ values, width, height }, column, row, way) {
  while (row + way >= 0 && row + way < height && values[(row + way) * width + column]) row += way;
  return row;
}

/** Mark the line, with a pixel of margin, except where a stroke crosses it. */
function erase(erased, { columns, top, bottom, thickness }, upright) {
  const [across, down, height] = upright ? [erased.width, 1, erased.width] : [1, erased.width, erased.height];
  columns.forEach((column, i) => {
    if (bottom[i] - top[i] + 1 > Math.max(1.6 * thickness, thickness + 1.5)) return;
    for (let row = Math.max(top[i] - 1, 0); row <= Math.min(bottom[i] + 1, height - 1); row++) {
      erased.values[column * across + row * down] = 1;
    }
  });
}
