/**
 * How one value of the network comes about: its terms, so that they can be shown and added up.
 *
 * @typedef {{layer: string, unit: number, y: number, x: number}} Place one value of a layer; y and x are 0 in fc1, fc2
 * @typedef {{value: number, weight: number, product: number, inside: boolean}} Product
 *   inside: false for padding beyond the border, whose value is 0
 */

import { KERNEL, PADDING, poolWinner } from "./operations.js";

/** Rows and columns of each layer's maps; 1 for the dense layers. */
export const SIDES = { input: 28, conv1: 28, pool1: 14, conv2: 14, pool2: 7, fc1: 1, fc2: 1 };
/** What each layer reads. */
export const BEFORE = { conv1: "input", pool1: "conv1", conv2: "pool1", pool2: "conv2", fc1: "pool2", fc2: "fc1" };
export const LAYERS = Object.keys(SIDES);

/** How many units a layer has. @returns {number} */
export function unitsOf(network, layer) {
  if (layer === "input") return 1;
  return network[layer.startsWith("pool") ? BEFORE[layer] : layer].outputs;
}

/** The place of a value in its layer's array. */
export function indexOf(network, { layer, unit, y, x }) {
  return (y * SIDES[layer] + x) * unitsOf(network, layer) + unit;
}

/** The reverse of `indexOf`. @returns {Place} */
export function placeOf(network, layer, index) {
  const units = unitsOf(network, layer);
  const unit = index % units;
  const x = ((index - unit) / units) % SIDES[layer];
  return { layer, unit, y: Math.floor(index / units / SIDES[layer]), x };
}

/**
 * The terms of a value of conv1 or conv2: for each map that it reads, KERNEL × KERNEL products.
 *
 * @param {Network} network
 * @param {Answer} answer
 * @param {Place} place
 * @returns {{channels: {subtotal: number, products: Product[]}[], bias: number, sum: number}} sum: before ReLU
 */
export function convolutionTerms(network, answer, place) {
  const { inputs, biases } = network[place.layer];
  const channels = Array.from({ length: inputs }, (_, channel) => kernelTerms(network, answer, place, channel));
  const bias = biases[place.unit];
  return { channels, bias, sum: channels.reduce((total, { subtotal }) => total + subtotal, bias) };
}

function kernelTerms(network, answer, { layer, unit, y, x }, channel) {
  const { weights, inputs, outputs } = network[layer];
  const side = SIDES[layer];
  const products = Array.from({ length: KERNEL * KERNEL }, (_, i) => {
    const [row, column] = [y + Math.floor(i / KERNEL) - PADDING, x + (i % KERNEL) - PADDING];
    const inside = row >= 0 && column >= 0 && row < side && column < side;
    const value = inside ? answer[BEFORE[layer]][(row * side + column) * inputs + channel] : 0;
    const weight = weights[(i * inputs + channel) * outputs + unit];
    return { value, weight, product: value * weight, inside };
  });
  return { products, subtotal: products.reduce((total, { product }) => total + product, 0) };
}

/**
 * The four values of which a pooling keeps the largest.
 *
 * @param {Network} network
 * @param {Answer} answer
 * @param {Place} place in pool1 or pool2
 * @returns {{four: (Place & {value: number})[], winner: number}} in reading order, and which of them won
 */
export function poolTerms(network, answer, place) {
  const layer = BEFORE[place.layer];
  const units = unitsOf(network, layer);
  const won = poolWinner(answer[layer], SIDES[layer], units, indexOf(network, place));
  const four = [0, 1, 2, 3].map((i) => {
    const source = { layer, unit: place.unit, y: 2 * place.y + (i >> 1), x: 2 * place.x + (i & 1) };
    return { ...source, value: answer[layer][indexOf(network, source)] };
  });
  return { four, winner: four.findIndex((source) => indexOf(network, source) === won) };
}

/**
 * The terms of a unit of fc1 or of an output.
 *
 * @param {Network} network
 * @param {Answer} answer
 * @param {Place} place
 * @returns {{terms: (Place & {value: number, weight: number, product: number})[], bias: number, sum: number}}
 *   terms that are not 0, the strongest first; sum: before ReLU
 */
export function denseTerms(network, answer, { layer, unit }) {
  const { weights, biases, outputs } = network[layer];
  const source = BEFORE[layer];
  const terms = [];
  answer[source].forEach((value, index) => {
    const weight = weights[index * outputs + unit];
    if (value !== 0) terms.push({ ...placeOf(network, source, index), value, weight, product: value * weight });
  });
  const sum = terms.reduce((total, { product }) => total + product, biases[unit]);
  terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  return { terms, bias: biases[unit], sum };
}

/**
 * The pixels that a value sees: its receptive field, the last row and column included; it may reach beyond the border.
 *
 * @param {Object} fields the payload's receptive_fields
 * @param {Place} place
 * @returns {{top: number, left: number, bottom: number, right: number}}
 */
export function receptiveField(fields, { layer, y, x }) {
  if (layer === "input") return { top: y, left: x, bottom: y, right: x };
  if (!fields[layer]) return { top: 0, left: 0, bottom: 27, right: 27 };
  const { stride, first, last } = fields[layer];
  return { top: stride * y + first, left: stride * x + first, bottom: stride * y + last, right: stride * x + last };
}

/** The place of a layer's largest value. @returns {Place} */
export function strongest(network, answer, layer) {
  const values = answer[layer];
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return placeOf(network, layer, best);
}
