/**
 * How large the layers are drawn: side by side where there is room, else one below the other.
 *
 * @typedef {{columns: number, zoom: number, gap: number}} Layout see mosaic.js
 */

import { LAYERS, SIDES, unitsOf } from "./arithmetic.js";

export const GAP = 4; // CSS pixels between two maps
const LEAST_SPACE = 8; // between two layers
const BARS = 104; // width of the ten bars
export const FC1_COLUMNS = 32;

// CSS pixels of a value's square, largest first; in [rows] maps stand below each other.
const SIZES = [
  { input: 5, conv1: [2, 8], pool1: [4, 8], conv2: [3, 11], pool2: [6, 11], fc1: 8 },
  { input: 4, conv1: [2, 8], pool1: [3, 8], conv2: [3, 11], pool2: [4, 11], fc1: 6 },
  { input: 4, conv1: [2, 8], pool1: [2, 8], conv2: [2, 11], pool2: [4, 11], fc1: 5 },
  { input: 3, conv1: [2, 8], pool1: [2, 8], conv2: [2, 16], pool2: [4, 16], fc1: 4 },
  { input: 3, conv1: [2, 8], pool1: [2, 8], conv2: [2, 16], pool2: [3, 16], fc1: 4 },
  { input: 2, conv1: [1, 8], pool1: [2, 8], conv2: [2, 16], pool2: [3, 16], fc1: 3 },
];

/**
 * @param {Network} network
 * @param {number} width CSS pixels
 * @returns {{row: boolean, layers: Object<string, Layout>}} row: all layers stand side by side
 */
export function planLayers(network, width) {
  for (const sizes of SIZES) {
    const layers = Object.fromEntries(drawn().map((layer) => [layer, inRow(network, layer, sizes[layer])]));
    const taken = drawn().reduce((sum, layer) => sum + widthOf(layer, layers[layer]), BARS);
    if (taken + (LAYERS.length - 1) * LEAST_SPACE <= width) return { row: true, layers };
  }
  return { row: false, layers: Object.fromEntries(drawn().map((layer) => [layer, alone(network, layer, width)])) };
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

function alone(network, layer, width) {
  if (layer === "input") return { columns: 1, zoom: Math.min(8, Math.floor(width / SIDES.input)), gap: 0 };
  if (layer === "fc1") return { columns: FC1_COLUMNS, zoom: Math.min(12, Math.floor(width / FC1_COLUMNS)), gap: 0 };
  const zoom = { conv1: 2, pool1: 2, conv2: 3, pool2: 4 }[layer];
  const most = Math.floor((width + GAP) / (SIDES[layer] * zoom + GAP));
  const units = unitsOf(network, layer);
  // As few rows as there must be, and those as full as can be.
  const columns = Math.ceil(units / Math.ceil(units / Math.max(1, most)));
  return { columns, zoom, gap: GAP };
}

function widthOf(layer, { columns, zoom, gap }) {
  return columns * (SIDES[layer] * zoom + gap) - gap;
}
