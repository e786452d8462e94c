/** Which training images lie nearest to a digit in fc1's space. */

import { decode } from "./network.js";

const PIXELS = 28 * 28;

/**
 * @typedef {{count: number, labels: Float32Array, mean: Float32Array, components: Float32Array, axes: number,
 *   features: Float32Array, images: Uint8Array}} TrainingImages
 *   components: [fc1][axes]; features: [count][axes]; images: [count][28][28], 0 to 255
 */

/** @param {Object} part the payload's `training_images` @returns {Promise<TrainingImages>} */
export async function loadTrainingImages(part) {
  const { shape, values: features } = decode(part.features);
  return {
    count: shape[0], axes: shape[1], features, labels: decode(part.labels).values, mean: decode(part.mean).values,
    components: decode(part.components).values, images: await unpackImages(part.images),
  };
}

/**
 * Images that stand in the page compressed by zlib, in 8 bits a pixel or two pixels to a byte.
 *
 * @param {{count: number, bits: 4|8, data: string}} packed
 * @returns {Promise<Uint8Array>} [count][28][28], 0 to 255
 */
export async function unpackImages({ bits, data }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  if (bits === 8) return raw;
  const images = new Uint8Array(2 * raw.length);
  raw.forEach((two, i) => images.set([(two >> 4) * 17, (two & 15) * 17], 2 * i));
  return images;
}

/** One of them as the network takes it. @returns {Float32Array} [28][28], 0 to 1 */
export function imageAt(images, index) {
  return Float32Array.from(images.subarray(index * PIXELS, (index + 1) * PIXELS), (ink) => ink / 255);
}

/**
 * @param {TrainingImages} training
 * @param {Float32Array} fc1 of a digit
 * @param {number} count
 * @returns {{index: number, label: number, distance: number}[]} the nearest first; of equals the first in the data
 */
export function nearestImages({ count: images, axes, features, labels, mean, components }, fc1, count) {
  const place = new Float64Array(axes);
  fc1.forEach((value, unit) => {
    for (let axis = 0; axis < axes; axis++) place[axis] += (value - mean[unit]) * components[unit * axes + axis];
  });
  const found = Array.from({ length: images }, (_, index) => {
    let sum = 0;
    for (let axis = 0; axis < axes; axis++) sum += (features[index * axes + axis] - place[axis]) ** 2;
    return { index, label: labels[index], distance: Math.sqrt(sum) };
  });
  return found.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, count);
}
