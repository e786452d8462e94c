/** Doubt: how unlike the training digits the digit on the pad is, by the formula of mnistcnn/network/doubt.py. */

import { byId } from "./elements.js";
import { decode } from "./network.js";

const LEAST_NORM = 1e-9;

/**
 * @typedef {{mean: Float32Array, components: Float32Array, axes: number, slope: number, weight: number, offset: number}}
 *   Doubt components: [fc1][axes]
 */

/**
 * A question mark behind the large digit; answer.js says in words what it means.
 *
 * @param {import("./state.js").State} state its `doubted` says of every answer whether it is doubted
 */
export function showDoubt(state) {
  state.doubted = false;
  if (!state.payload.doubt) return;
  const doubt = loadDoubt(state.payload.doubt);
  state.on("answer", () => {
    state.doubted = !state.blank && doubtOf(doubt, state.answer) > 0;
    for (const id of ["digit", "bar-digit"]) byId(id).classList.toggle("doubted", state.doubted);
  });
}

/** @param {Object} part the payload's `doubt` @returns {Doubt} */
export function loadDoubt({ mean, components, slope, weight, offset }) {
  const { shape, values } = decode(components);
  return { mean: decode(mean).values, components: values, axes: shape[1], slope, weight, offset };
}

/**
 * @param {Doubt} doubt
 * @param {import("./network.js").Answer} answer
 * @returns {number} above 0 if the answer is to be doubted
 */
export function doubtOf({ mean, components, axes, slope, weight, offset }, { fc1, fc2 }) {
  const inside = new Float64Array(axes);
  let [length, outside] = [LEAST_NORM, 0];
  fc1.forEach((value, unit) => {
    const centred = value - mean[unit];
    length += value * value;
    outside += centred * centred;
    for (let axis = 0; axis < axes; axis++) inside[axis] += centred * components[unit * axes + axis];
  });
  for (const part of inside) outside -= part * part;
  const strangeness = Math.sqrt(Math.max(outside, 0) / Math.sqrt(length));
  return slope * strangeness - weight * Math.max(...fc2) - offset;
}
