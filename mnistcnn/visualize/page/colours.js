/**
 * Values → colours, as on the sheets of `mnistcnn visualize` (mnistcnn/visualize/style.py): the same stops, the same
 * limits, squares of whole pixels, a dot for what lies beyond its scale, hatching for what has no value.
 *
 * @typedef {{table: Uint32Array, low: number, limit: number, dot: number}} Scale
 *   table: 256 colours, as a Uint32Array over an ImageData holds them; low and limit: the first and last one's value.
 * @typedef {{signed: Uint32Array, activation: Uint32Array, ink: Uint32Array, dot: number, background: number,
 *   stripes: number}} Colours
 */

const STRIPE = 6; // pixels between two lines of a hatching
const DOT_FROM = 3; // pixels; in a smaller square a dot would hide the colour

/** @param {Object} theme of the payload's palette @returns {Colours} */
export function coloursOf(theme) {
  const middle = Math.floor(theme.signed.length / 2);
  return {
    signed: colourTable(theme.signed),
    activation: colourTable(theme.signed.slice(middle)),
    ink: colourTable(theme.ink),
    dot: packed(channels(theme.dot)),
    background: packed(channels(theme.background)),
    stripes: packed(channels(theme.stripes)),
  };
}

/**
 * @param {Colours} colours
 * @param {"signed"|"activation"|"ink"} kind
 * @param {number} limit the value of the last colour
 * @returns {Scale}
 */
export function scaleOf(colours, kind, limit) {
  return { table: colours[kind], low: kind === "signed" ? -limit : 0, limit: limit || 1, dot: colours.dot };
}

function colourTable(stops) {
  const ends = stops.map(channels);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (ends.length - 1);
    const stop = Math.min(Math.floor(place), ends.length - 2);
    return packed(ends[stop].map((from, c) => Math.round(from + (place - stop) * (ends[stop + 1][c] - from))));
  });
}

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function packed([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** @param {Scale} scale @param {number} value @returns {number} its colour, packed */
export function colourOf(scale, value) {
  const position = Math.round(((value - scale.low) / (scale.limit - scale.low)) * 255);
  return scale.table[position < 0 ? 0 : position > 255 ? 255 : position];
}

/**
 * Colour an element as a value, and its text black or white, whichever can be read.
 *
 * @param {HTMLElement} element
 * @param {Scale} scale
 * @param {number} value
 */
export function colourElement(element, scale, value) {
  const colour = colourOf(scale, value);
  const rgb = [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  element.style.backgroundColor = `rgb(${rgb.join(" ")})`;
  // Black on it has the contrast (L + 0.05) / 0.05, white 1.05 / (L + 0.05): equal at L = 0.179 (WCAG 2.2).
  element.style.color = luminance(rgb) > 0.179 ? "#000" : "#fff";
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((c) => (c <= 10 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * Paint one map.
 *
 * @param {{data: Uint32Array, width: number}} target pixels, row after row
 * @param {number} left of the map in the target
 * @param {number} top
 * @param {{values: ArrayLike<number>, first: number, step: number, side: number}} map value (y, x) is
 *   values[first + (y * side + x) * step]
 * @param {number} zoom pixels of a value's square
 * @param {Scale} scale
 */
export function paintMap(target, left, top, { values, first, step, side }, zoom, scale) {
  const { data, width } = target;
  for (let y = 0, i = first; y < side; y++) {
    const row = (top + y * zoom) * width + left;
    for (let x = 0; x < side; x++, i += step) {
      const start = row + x * zoom;
      data.fill(colourOf(scale, values[i]), start, start + zoom);
    }
    for (let again = 1; again < zoom; again++) {
      data.copyWithin(row + again * width, row, row + side * zoom);
    }
  }
  if (zoom >= DOT_FROM) paintDots(target, left, top, { values, first, step, side }, zoom, scale);
}

function paintDots({ data, width }, left, top, { values, first, step, side }, zoom, scale) {
  const beyond = scale.limit * (1 + 1e-6);
  const below = scale.low * (1 + 1e-6);
  const dot = Math.max(1, Math.floor(zoom / 5));
  const inset = (zoom - dot) >> 1;
  for (let place = 0; place < side * side; place++) {
    const value = values[first + place * step];
    if (value <= beyond && value >= below) continue;
    const x = place % side;
    const y = (place - x) / side;
    for (let row = 0; row < dot; row++) {
      const start = (top + y * zoom + inset + row) * width + left + x * zoom + inset;
      data.fill(scale.dot, start, start + dot);
    }
  }
}

/** Hatch a rectangle: there is no value here. */
export function paintHatching({ data, width }, left, top, columns, rows, { background, stripes }) {
  for (let y = top; y < top + rows; y++) {
    for (let x = left; x < left + columns; x++) {
      data[y * width + x] = (x + y) % STRIPE === 0 ? stripes : background;
    }
  }
}
