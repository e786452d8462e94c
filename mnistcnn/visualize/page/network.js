/**
 * The network of this page: its weights, out of the page itself, and what every layer makes of an image.
 *
 * @typedef {{shape: number[], dtype: "float32"|"uint8"|"int8"|"int16", data: string, scale?: Tensor}} Tensor
 *   `data` is base64 of little-endian numbers; with a scale (one number for each index of the last axis), a value is
 *   its number times its scale.
 * @typedef {{weights: Float32Array, biases: Float32Array, inputs: number, outputs: number, kernel: number}} Layer
 *   weights: [kernel][kernel][inputs][outputs]; a dense layer has kernel 1.
 * @typedef {{conv1: Layer, conv2: Layer, fc1: Layer, fc2: Layer}} Network
 * @typedef {{conv1?: Set<number>, conv2?: Set<number>, fc1?: Set<number>}} Off units that answer 0
 * @typedef {Object<string, Float32Array> & {prediction: number}} Answer
 *   `input` [28][28]; `conv1/preactivation`, `conv1` [28][28][conv1]; `pool1` [14][14][conv1];
 *   `conv2/preactivation`, `conv2` [14][14][conv2]; `pool2` [7][7][conv2]; `fc1/preactivation`, `fc1` [fc1];
 *   `fc2` (logits) and `probabilities` [10]; `prediction`: the class with the largest logit.
 */

import { convolve, convolveBackwards, dense, pool, poolWinner, relu, softmax } from "./operations.js";

const NUMBERS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array, int16: Int16Array };

/** What the page carries, its tensors still encoded. @returns {Object} see docs/page.md */
export function readPayload() {
  return JSON.parse(document.getElementById("payload").textContent);
}

/**
 * @param {Tensor} tensor
 * @returns {{shape: number[], values: Float32Array}}
 */
export function decode(tensor) {
  const numbers = new NUMBERS[tensor.dtype](bytesOf(tensor.data).buffer);
  const values = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  if (tensor.scale) {
    const scale = decode(tensor.scale).values;
    for (let i = 0; i < values.length; i += scale.length) {
      for (let j = 0; j < scale.length; j++) values[i + j] *= scale[j];
    }
  }
  return { shape: tensor.shape, values };
}

/**
 * @param {Tensor} tensor uint8 [28][28], 0 to 255
 * @returns {Float32Array} [28][28], 0 to 1
 */
export function decodeImage(tensor) {
  return decode(tensor).values.map((value) => value / 255);
}

function bytesOf(base64) {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/**
 * @param {Object<string, {weights: Tensor, biases: Tensor}>} layers of the payload, or of one of its moments
 * @returns {Network} with those layers
 */
export function loadNetwork(layers) {
  return Object.fromEntries(Object.entries(layers).map(([name, layer]) => [name, loadLayer(layer)]));
}

function loadLayer({ weights, biases }) {
  const [inputs, outputs] = weights.shape.slice(-2);
  const kernel = weights.shape.length === 4 ? weights.shape[0] : 1;
  return { weights: decode(weights).values, biases: decode(biases).values, inputs, outputs, kernel };
}

/**
 * What every layer makes of an image; no dropout, which is for training only.
 *
 * @param {Network} network
 * @param {Float32Array} image [28][28], 0 (paper) to 1 (ink)
 * @param {Off} off
 * @returns {Answer}
 */
export function forward(network, image, off = {}) {
  const answer = forwardConvolutions(network, image, off);
  answer["fc1/preactivation"] = changedDense(answer.pool2, network.fc1);
  answer.fc1 = relu(answer["fc1/preactivation"], network.fc1.outputs, off.fc1);
  answer.fc2 = dense(answer.fc1, network.fc2);
  answer.probabilities = softmax(answer.fc2);
  answer.prediction = answer.fc2.indexOf(Math.max(...answer.fc2));
  return answer;
}

/** A dense layer. At a step of the time machine, it is that of another step with changes, products of two thin layers. */
function changedDense(values, layer) {
  const sums = dense(values, layer);
  for (const [left, right] of layer.changes ?? []) {
    dense(dense(values, left), right).forEach((change, unit) => (sums[unit] += change));
  }
  return sums;
}

/**
 * As `forward`, up to pool2.
 *
 * @param {{conv1: Layer, conv2: Layer}} network
 * @param {Float32Array} image
 * @param {Off} off
 * @returns {Object<string, Float32Array>}
 */
export function forwardConvolutions(network, image, off = {}) {
  const answer = { input: image };
  let [maps, side] = [image, 28];
  for (const [conv, pooled] of [["conv1", "pool1"], ["conv2", "pool2"]]) {
    const units = network[conv].outputs;
    answer[`${conv}/preactivation`] = convolve(maps, side, network[conv]);
    answer[conv] = relu(answer[`${conv}/preactivation`], units, off[conv]);
    maps = answer[pooled] = pool(answer[conv], side, units);
    side /= 2;
  }
  return answer;
}

/**
 * By how much a logit rises for each pixel's ink, by the chain rule from the logit back to the image.
 *
 * @param {Network} network
 * @param {Answer} answer to the image
 * @param {number} output which logit
 * @returns {Float32Array} [28][28]
 */
export function inputGradient(network, answer, output) {
  const { conv1, conv2, fc1, fc2 } = network;
  // A unit that answers 0 (by ReLU, or because it is off) passes nothing on.
  const byFc1 = answer.fc1.map((value, unit) => (value > 0 ? fc2.weights[unit * fc2.outputs + output] : 0));
  const byPool2 = answer.pool2.map((value, i) => (value > 0 ? rowTimes(fc1.weights, i, byFc1) : 0));
  const byPool1 = convolveBackwards(unpool(byPool2, answer.conv2, 14, conv2.outputs), 14, conv2);
  return convolveBackwards(unpool(byPool1, answer.conv1, 28, conv1.outputs), 28, conv1);
}

function rowTimes(weights, row, vector) {
  const first = row * vector.length;
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += weights[first + i] * vector[i];
  return sum;
}

/** The gradient by a convolution's output before ReLU, from that by its pooled output: it goes to the winners. */
function unpool(gradient, maps, side, units) {
  const answer = new Float32Array(maps.length);
  for (let i = 0; i < gradient.length; i++) {
    if (gradient[i] === 0) continue;
    const winner = poolWinner(maps, side, units, i);
    if (maps[winner] > 0) answer[winner] = gradient[i];
  }
  return answer;
}
