/**
 * How large the layers are drawn: side by side where there is room, else one at a time.
 *
 * @typedef {{columns: number, zoom: number, gap: number}} Layout see mosaic.js
 */

import { LAYERS, SIDES, unitsOf } from "./arithmetic.js";

export const GAP = 3; // CSS pixels between two maps
const LEAST_SPACE = 8; // between two layers
const BARS = 104; // width of the ten bars
export const FC1_COLUMNS = 32;
const TALLEST = 340; // CSS pixels of a layer that is shown alone, so that a phone has room for it and for a sentence
const LARGEST = 10; // CSS pixels of a value's square

// CSS pixels of a value's square, largest first; in [rows] maps stand below each other. With the tutorial's 32 and 64
// units, eight rows make conv2 and pool2 eight wide, and all of them 245 pixels high.
const SIZES = [
  { input: 5, conv1: [2, 8], pool1: [4, 8], conv2: [4, 8], pool2: [6, 8], fc1: 8 },
  { input: 4, conv1: [2, 8], pool1: [3, 8], conv2: [3, 8], pool2: [4, 8], fc1: 6 },
  { input: 4, conv1: [1, 8], pool1: [2, 8], conv2: [3, 8], pool2: [4, 8], fc1: 5 },
  { input: 3, conv1: [1, 8], pool1: [2, 8], conv2: [2, 8], pool2: [3, 8], fc1: 4 },
  { input: 3, conv1: [1, 8], pool1: [2, 8], conv2: [2, 16], pool2: [3, 16], fc1: 4 },
  { input: 2, conv1: [1, 8], pool1: [2, 8], conv2: [2, 16], pool2: [3, 16], fc1: 3 },
];

/**
 * @param {Network} network
 * @param {number} width CSS pixels
 * @param {number} ratio device pixels of a CSS pixel: squares are whole ones
 * @returns {{row: boolean, layers: Object<string, Layout>}} row: all layers stand side by side
 */
export function planLayers(network, width, ratio) {
  for (const sizes of SIZES) {
    const layers = Object.fromEntries(drawn().map((layer) => [layer, inRow(network, layer, sizes[layer])]));
    const taken = drawn().reduce((sum, layer) => sum + widthOf(layer, layers[layer]), BARS);
    if (taken + (LAYERS.length - 1) * LEAST_SPACE <= width) return { row: true, layers };
  }
  const layers = drawn().map((layer) => [layer, alone(unitsOf(network, layer), SIDES[layer], layer, { width, ratio })]);
  return { row: false, layers: Object.fromEntries(layers) };
}

function drawn() {
  return LAYERS.filter((layer) => layer !== "fc2");
}

function inRow(network, layer, size) {
  if (layer === "input") return { columns: 1, zoom: size, gap: 0 };
  if (layer === "fc1") return { columns: FC1_COLUMNS, zoom: size, gap: 0 };
  const [zoom, rows] = size;
  return { columns: Math.ceil(unitsOf(network, layer) / rows), zoom, gap: GAP };
}

/** As large as the width and `TALLEST` let it be; a layer of very many units is as high as it must be. */
function alone(units, side, layer, { width, ratio }) {
  const gap = side > 1 ? GAP : 0;
  for (let pixels = Math.floor(LARGEST * ratio); pixels > 1; pixels--) {
    const pitch = (side * pixels) / ratio + gap;
    const columns = layer === "fc1" ? FC1_COLUMNS : Math.min(units, Math.floor((width + gap) / pitch));
    const fits = columns > 0 && columns * pitch - gap <= width && Math.ceil(units / columns) * pitch <= TALLEST + gap;
    // As few rows as there must be, and those as full as can be.
    const fullest = layer === "fc1" ? columns : Math.ceil(units / Math.ceil(units / columns));
    if (fits) return { columns: fullest, zoom: pixels / ratio, gap };
  }
  const least = Math.max(1, 1 / ratio);
  return { columns: Math.max(1, Math.floor((width + gap) / (side * least + gap))), zoom: least, gap };
}

function widthOf(layer, { columns, zoom, gap }) {
  return columns * (SIDES[layer] * zoom + gap) - gap;
}
