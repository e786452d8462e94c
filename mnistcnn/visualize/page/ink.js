/**
 * Finds what is written in a picture: the background is estimated from the border and taken away, and what is left is
 * ink. Dark on light and light on dark are the same.
 */

const FAINTEST = 0.05; // Ink differs from its background by so much of the range from black to white.
const SOLID = 0.95; // of the pixels with ink, the one that counts as full ink: the strongest may be a reflection

/**
 * How much ink covers each pixel.
 *
 * @param {Uint8ClampedArray} rgba [height][width][4]
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array} [height][width], 0 to 1; all zeros if nothing stands out
 */
export function findInk(rgba, width, height) {
  const contrast = contrastOf(lightness(rgba), width, height);
  if (contrast.reduce((a, b) => Math.max(a, b), 0) < FAINTEST) return new Float32Array(width * height);
  const threshold = otsuThreshold(contrast);
  const strong = contrast.filter((value) => value > threshold).sort();
  const full = strong[Math.floor(SOLID * (strong.length - 1))];
  // What is weaker than half the threshold is paper; above it, the grey edges of strokes are kept.
  return contrast.map((value) => Math.min(Math.max((value - threshold / 2) / (full - threshold / 2), 0), 1));
}

/** How light each pixel is, 0 to 1 (BT.601's luma); what is transparent lies on white, or on black if it is light. */
function lightness(rgba) {
  const luma = new Float32Array(rgba.length / 4);
  let [sum, cover] = [0, 0];
  for (let i = 0; i < luma.length; i++) {
    luma[i] = (0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2]) / 255;
    sum += luma[i] * rgba[4 * i + 3];
    cover += rgba[4 * i + 3];
  }
  const behind = sum > cover / 2 && cover < 255 * luma.length ? 0 : 1;
  return luma.map((value, i) => behind + ((value - behind) * rgba[4 * i + 3]) / 255);
}

/** How far each pixel is from the background, in the direction of the ink. */
function contrastOf(light, width, height) {
  const paper = background(light, width, height);
  const contrast = light.map((value, i) => value - paper(i % width, Math.floor(i / width)));
  // Strong differences decide which way the ink is.
  const way = contrast.reduce((sum, value) => sum + value ** 3, 0) < 0 ? -1 : 1;
  return contrast.map((value) => way * value);
}

/** The paper as a plane through the medians of the four sides of the border: light often comes from one side. */
function background(light, width, height) {
  const column = (x) => Array.from({ length: height }, (_, y) => light[y * width + x]);
  const row = (y) => Array.from(light.subarray(y * width, (y + 1) * width));
  const [left, right, top, bottom] = [column(0), column(width - 1), row(0), row(height - 1)].map(median);
  const middle = (left + right + top + bottom) / 4;
  return (x, y) => {
    const across = width > 1 ? x / (width - 1) - 0.5 : 0;
    const down = height > 1 ? y / (height - 1) - 0.5 : 0;
    return middle + (right - left) * across + (bottom - top) * down;
  };
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/**
 * The value that parts `values` into the two groups with the largest variance between them: Otsu, "A threshold
 * selection method from gray-level histograms" (1979), equation 18; from a histogram of 256 bins.
 *
 * @param {Float32Array} values
 * @returns {number}
 */
export function otsuThreshold(values) {
  const bins = 256;
  const low = values.reduce((a, b) => Math.min(a, b));
  const step = (values.reduce((a, b) => Math.max(a, b)) - low) / bins;
  const counts = new Float64Array(bins);
  for (const value of values) counts[Math.min(Math.floor((value - low) / step), bins - 1)]++;
  const total = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, sum, best, threshold] = [0, 0, -1, 0];
  for (let bin = 0; bin < bins - 1; bin++) {
    below += counts[bin];
    sum += counts[bin] * bin;
    const above = values.length - below;
    const between = below * above * (sum / below - (total - sum) / above) ** 2;
    if (between > best) [best, threshold] = [between, bin + 1];
  }
  return low + threshold * step;
}
