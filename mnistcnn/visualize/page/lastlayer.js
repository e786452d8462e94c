/** The last layer alone, in training: gradient steps on one digit, and what they do to other digits. */

import { dense, softmax } from "./operations.js";

export const RATE = 0.1; // of the step that would move the logits by the whole error at once
const MOST_STEPS = 2000;

/**
 * Steps of gradient descent on the cross-entropy of one digit, until the answer is its label.
 *
 * The gradient by the weight from unit u to output o is fc1[u] · (p[o] − [o is the label]), and by the bias the same
 * without fc1[u]. One step of rate r moves the logits by r · (|fc1|² + 1) · (label − p), hence the scale of the rate.
 *
 * @param {import("./network.js").Layer} layer fc2; its weights and biases are changed in place
 * @param {Float32Array} fc1 of the digit
 * @param {number} label
 * @returns {number} steps, 0 if the answer was right already
 */
export function teach(layer, fc1, label) {
  const rate = RATE / (fc1.reduce((sum, value) => sum + value * value, 0) + 1);
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const logits = dense(fc1, layer);
    if (largest(logits) === label) return steps;
    const errors = softmax(logits).map((p, digit) => p - Number(digit === label));
    fc1.forEach((value, unit) => {
      if (value === 0) return;
      for (let o = 0; o < layer.outputs; o++) layer.weights[unit * layer.outputs + o] -= rate * value * errors[o];
    });
    for (let o = 0; o < layer.outputs; o++) layer.biases[o] -= rate * errors[o];
  }
  return MOST_STEPS;
}

/** The class with the largest logit, the first of equals. */
function largest(logits) {
  return logits.indexOf(Math.max(...logits));
}

/**
 * @param {import("./network.js").Layer} layer fc2
 * @param {Float32Array[]} features fc1 of each digit
 * @returns {number[]} the answers
 */
export function answers(layer, features) {
  return features.map((fc1) => largest(dense(fc1, layer)));
}

/**
 * What the digits gained and lost between two states of the layer.
 *
 * @param {number[]} labels
 * @param {number[]} before the answers
 * @param {number[]} after
 * @returns {{right: {before: number, after: number}, forgot: number[], learned: number[]}} indices of digits that were
 *   right before and are wrong after, and of those that were wrong and are right
 */
export function compare(labels, before, after) {
  const all = [...labels.keys()];
  const right = (found) => all.filter((i) => found[i] === labels[i]).length;
  return {
    right: { before: right(before), after: right(after) },
    forgot: all.filter((i) => before[i] === labels[i] && after[i] !== labels[i]),
    learned: all.filter((i) => before[i] !== labels[i] && after[i] === labels[i]),
  };
}
