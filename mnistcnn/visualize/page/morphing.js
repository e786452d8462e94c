/** One digit fades into another: where the answer turns on the way, and which units of fc1 turn it. */

import { forward } from "./network.js";

export const STEPS = 40; // of the slider
const HALVINGS = 12; // of a step, until a turn is known to 1 / 160,000 of the way

/**
 * @typedef {{share: number, from: number, to: number, units: {unit: number, before: number, after: number,
 *   push: number}[], margin: number}} Turn
 *   share: how far on the way the answer turns; from, to: the digits; units: the strongest first, each with what it
 *   adds to the margin of `to` over `from` since the start; margin: what had to be made up for, the sum of all pushes
 */

/** Two images, pixel by pixel: 0 is the first, 1 the second. @returns {Float32Array} */
export function blend(from, to, share) {
  return from.map((ink, i) => ink + (to[i] - ink) * share);
}

/**
 * The answers on the way from one image to another.
 *
 * @param {import("./network.js").Network} network
 * @param {Float32Array} from [28][28]
 * @param {Float32Array} to
 * @returns {Generator<number, {answers: import("./network.js").Answer[], turns: Turn[]}>} STEPS + 1 answers
 */
export function* morph(network, from, to) {
  const answers = [];
  for (let step = 0; step <= STEPS; step++) {
    const { fc1, fc2, probabilities, prediction } = forward(network, blend(from, to, step / STEPS));
    answers.push({ fc1, fc2, probabilities, prediction });
    yield step / (STEPS + 1);
  }
  const turns = [];
  for (let step = 1; step <= STEPS; step++) {
    const [before, after] = [answers[step - 1], answers[step]];
    if (before.prediction === after.prediction) continue;
    const at = yield* turnBetween(network, from, to, step);
    const start = turns.length === 0 ? answers[0] : turns.at(-1).answer;
    turns.push({ ...at, from: before.prediction, ...push(network, start, at.answer, before.prediction) });
  }
  return { answers, turns: turns.map(({ answer, ...turn }) => turn) };
}

/** Halve a step until the place is known where its first answer ends. */
function* turnBetween(network, from, to, step) {
  let [low, high] = [(step - 1) / STEPS, step / STEPS];
  let answer = forward(network, blend(from, to, high));
  const { prediction } = forward(network, blend(from, to, low));
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    const tried = forward(network, blend(from, to, middle));
    if (tried.prediction === prediction) low = middle;
    else [high, answer] = [middle, tried];
    yield high;
  }
  return { share: high, answer, to: answer.prediction };
}

/**
 * What each unit of fc1 adds to the margin of a new answer over the old one, between two images.
 *
 * The margin is a weighted sum of fc1, so that the changes of all units add up to its change exactly.
 *
 * @param {import("./network.js").Network} network
 * @param {import("./network.js").Answer} start
 * @param {import("./network.js").Answer} end its prediction is the new answer
 * @param {number} old the answer before
 */
export function push({ fc2 }, start, end, old) {
  const winner = end.prediction;
  const units = Array.from(end.fc1, (after, unit) => {
    const before = start.fc1[unit];
    const weight = fc2.weights[unit * fc2.outputs + winner] - fc2.weights[unit * fc2.outputs + old];
    return { unit, before, after, push: (after - before) * weight };
  });
  units.sort((a, b) => b.push - a.push || a.unit - b.unit);
  const marginOf = ({ fc2: logits }) => logits[winner] - logits[old];
  return { units, margin: marginOf(end) - marginOf(start) };
}
