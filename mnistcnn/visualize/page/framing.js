/**
 * Ink → 28 × 28 pixels as MNIST's makers had them: fitted into 20 × 20, its centre of mass in the middle (LeCun, Cortes
 * and Burges, "The MNIST database"). What a network learned from such images it knows only of such images.
 */

export const SIDE = 28;
export const BOX = 20; // the longer side of the ink
const MIDDLE = SIDE / 2; // of mass, counting from the middle of pixel 0, as in MNIST itself
const FINE = 8; // Pixels are made thicker at so many times the resolution.
const EDGE = 0.3; // Less ink than this does not count for the box.
const [THINNEST, USUAL] = [1.5, 2.2]; // Pixels: strokes thinner than the first are made as wide as the second.

/**
 * A picture's ink in MNIST's frame.
 *
 * @param {Float32Array} ink [height][width], 0 to 1
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array} [28][28], 0 to 1
 */
export function frame(ink, width, height) {
  const box = boundsOf(ink, width, height, EDGE);
  if (!box) return new Float32Array(SIDE * SIDE);
  const scale = (BOX * FINE) / Math.max(box.width, box.height);
  const [fineWidth, fineHeight] = [box.width, box.height].map((side) => Math.max(FINE, Math.round(side * scale)));
  const fine = thicken(resize(ink, width, box, fineWidth, fineHeight), fineWidth, fineHeight);
  const shrink = BOX / Math.max(fine.width, fine.height);
  const [columns, rows] = [fine.width, fine.height].map((side) => Math.max(1, Math.round(side * shrink)));
  const whole = { left: 0, top: 0, width: fine.width, height: fine.height };
  const small = resize(fine.ink, fine.width, whole, columns, rows);
  const strongest = small.reduce((a, b) => Math.max(a, b), 0);
  const image = new Float32Array(SIDE * SIDE);
  small.forEach((value, i) => {
    image[Math.floor(i / columns) * SIDE + (i % columns)] = value / strongest;
  });
  return centreByMass(image);
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

/**
 * The part of a picture in a box, with other numbers of pixels: each is the mean of the area that it covers.
 *
 * @param {Float32Array} values [...][stride]
 * @param {number} stride
 * @param {{left: number, top: number, width: number, height: number}} box
 * @returns {Float32Array} [rows][columns]
 */
export function resize(values, stride, box, columns, rows) {
  const across = shares(box.width, columns);
  const down = shares(box.height, rows);
  const answer = new Float32Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (const [row, weight] of down[y]) {
        const first = (box.top + row) * stride + box.left;
        for (const [column, share] of across[x]) sum += weight * share * values[first + column];
      }
      answer[y * columns + x] = sum;
    }
  }
  return answer;
}

/** For each of `count` equal parts of `length` pixels: which pixels it covers, and how much of the part each is. */
function shares(length, count) {
  const size = length / count;
  return Array.from({ length: count }, (_, part) => {
    const [start, end] = [part * size, Math.min((part + 1) * size, length)];
    const covered = [];
    for (let pixel = Math.floor(start); pixel < end; pixel++) {
      covered.push([pixel, (Math.min(pixel + 1, end) - Math.max(pixel, start)) / (end - start)]);
    }
    return covered;
  });
}

/** Grow strokes that are thinner than any in MNIST: each pixel becomes the largest within a radius. */
function thicken(ink, width, height) {
  const stroke = strokeWidth(ink, width, height) / FINE;
  if (stroke >= THINNEST) return { ink, width, height };
  const radius = ((USUAL - stroke) / 2) * FINE;
  const margin = Math.ceil(radius);
  const wide = width + 2 * margin;
  const grown = new Float32Array(wide * (height + 2 * margin));
  for (let dy = -margin; dy <= margin; dy++) {
    for (let dx = -margin; dx <= margin; dx++) {
      if (dx * dx + dy * dy > radius * radius) continue;
      ink.forEach((value, i) => {
        const j = (Math.floor(i / width) + margin + dy) * wide + (i % width) + margin + dx;
        if (value > grown[j]) grown[j] = value;
      });
    }
  }
  return { ink: grown, width: wide, height: height + 2 * margin };
}

/** The mean width of strokes: a long stroke has twice its area / its width as outline. */
function strokeWidth(ink, width, height) {
  const inside = (x, y) => x >= 0 && x < width && y >= 0 && y < height && ink[y * width + x] > 0.5;
  let [area, outline] = [0, 0];
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      area += inside(x, y);
      outline += (inside(x, y) !== inside(x - 1, y)) + (inside(x, y) !== inside(x, y - 1));
    }
  }
  // Of lines in every direction, the steps between pixels are 4/π times as long as the line.
  return area > 0 ? (2 * area) / (outline * (Math.PI / 4)) : 0;
}
