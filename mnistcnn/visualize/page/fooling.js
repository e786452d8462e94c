/** The smallest change of a digit that gives the answer that somebody chose: of all pixels, or of one erased square. */

import { forward, inputGradient } from "./network.js";

const SIDE = 28;
const MOST_STEPS = 60; // to the boundary
const REFINEMENTS = 12; // along the boundary
const HALVINGS = 10;
const BEYOND = 0.01; // of a logit, so that rounding does not bring the old answer back
const PLACES = 20; // squares of each size that are tried, the most promising first

/**
 * Change pixels, by the gradient, until the network answers `target`; none leaves the ink's range, 0 to 1.
 *
 * The way to the boundary is DeepFool's (Moosavi-Dezfooli, Fawzi and Frossard, CVPR 2016, algorithm 2, with one class
 * to go to): each step goes to where the boundary would be if it were flat. From there the same rule, measured from the
 * original image, slides along the boundary to a nearer point.
 *
 * @param {import("./network.js").Network} network
 * @param {Float32Array} image [28][28]
 * @param {number} target
 * @returns {Generator<number, {image: Float32Array, answer: import("./network.js").Answer, length: number}|null>}
 *   yields its progress, 0 to 1; length: the Euclidean length of the change; null if the answer was not reached
 */
export function* fool(network, image, target) {
  const reached = yield* towards(network, image, target);
  if (reached === null) return null;
  let best = yield* shorten(network, image, reached, target);
  let current = best.image;
  for (let i = 0; i < REFINEMENTS; i++) {
    const back = image.map((ink, j) => ink - current[j]);
    current = flatStep(network, current, target, back);
    const again = yield* towards(network, current, target);
    if (again === null) break;
    const found = yield* shorten(network, image, again, target);
    if (found.length >= best.length * 0.999) break;
    [best, current] = [found, found.image];
    yield 0.5 + (0.5 * i) / REFINEMENTS;
  }
  return best;
}

/** DeepFool's steps, until the answer is the target. */
function* towards(network, from, target) {
  let image = from;
  for (let i = 0; i < MOST_STEPS; i++) {
    if (forward(network, image).prediction === target) return image;
    image = flatStep(network, image, target, new Float32Array(SIDE * SIDE));
    yield (0.5 * i) / MOST_STEPS;
  }
  return forward(network, image).prediction === target ? image : null;
}

/**
 * Where the boundary to the target would be if it were flat: the point of it that is nearest to image + offset.
 *
 * A pixel that would leave its range stays at its end, and the others go further for it.
 */
function flatStep(network, image, target, offset) {
  const answer = forward(network, image);
  const { gradient, lack } = marginGradient(network, answer, target);
  const moved = image.map((ink, i) => Math.min(1, Math.max(0, ink + offset[i])));
  let need = lack + BEYOND - gradient.reduce((sum, slope, i) => sum + slope * (moved[i] - image[i]), 0);
  for (let pass = 0; pass < 4 && need > 1e-6; pass++) {
    const free = gradient.map((slope, i) => ((slope > 0 ? moved[i] < 1 : moved[i] > 0) ? slope : 0));
    const size = free.reduce((sum, slope) => sum + slope * slope, 0);
    if (size === 0) break;
    const scale = need / size;
    free.forEach((slope, i) => {
      const ink = Math.min(1, Math.max(0, moved[i] + scale * slope));
      need -= gradient[i] * (ink - moved[i]);
      moved[i] = ink;
    });
  }
  return moved;
}

/**
 * By how much the target's logit lacks behind the largest other one, and how each pixel's ink raises its lead.
 *
 * @returns {{gradient: Float32Array, lack: number, rival: number}} lack: negative once the target leads
 */
export function marginGradient(network, answer, target) {
  const others = Array.from(answer.fc2, (logit, digit) => (digit === target ? -Infinity : logit));
  const rival = others.indexOf(Math.max(...others));
  const [up, down] = [inputGradient(network, answer, target), inputGradient(network, answer, rival)];
  return { gradient: up.map((slope, i) => slope - down[i]), lack: answer.fc2[rival] - answer.fc2[target], rival };
}

/** Go back towards the original for as long as the answer stays. */
function* shorten(network, image, changed, target) {
  let [low, high] = [0, 1];
  const at = (share) => image.map((ink, i) => ink + (changed[i] - ink) * share);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (forward(network, at(middle)).prediction === target) high = middle;
    else low = middle;
    yield 0.5;
  }
  const found = at(high);
  return { image: found, answer: forward(network, found), length: lengthOf(image, found) };
}

/** The Euclidean length of a change. */
function lengthOf(image, changed) {
  return Math.hypot(...image.map((ink, i) => ink - changed[i]));
}

/**
 * Erase one square: the smallest that gives the target, of the most promising places of each size.
 *
 * What a square would do is estimated from the gradient, to first order; the network then answers to the best ones.
 *
 * @param {import("./network.js").Network} network
 * @param {Float32Array} image [28][28]
 * @param {number} target
 * @returns {Generator<number, {image: Float32Array, answer: import("./network.js").Answer, top: number, left: number,
 *   side: number}|null>} null if no square that was tried does it
 */
export function* erase(network, image, target) {
  const { gradient } = marginGradient(network, forward(network, image), target);
  for (let side = 1; side <= SIDE / 2; side++) {
    for (const { top, left } of promising(image, gradient, side)) {
      const erased = without(image, top, left, side);
      const answer = forward(network, erased);
      if (answer.prediction === target) return { image: erased, answer, top, left, side };
      yield (2 * side) / SIDE;
    }
  }
  return null;
}

function promising(image, gradient, side) {
  const places = [];
  for (let top = 0; top + side <= SIDE; top++) {
    for (let left = 0; left + side <= SIDE; left++) {
      let [ink, gain] = [0, 0];
      for (let i = 0; i < side * side; i++) {
        const pixel = (top + Math.floor(i / side)) * SIDE + left + (i % side);
        ink += image[pixel];
        gain -= gradient[pixel] * image[pixel];
      }
      if (ink > 0) places.push({ top, left, gain });
    }
  }
  return places.sort((a, b) => b.gain - a.gain).slice(0, PLACES);
}

function without(image, top, left, side) {
  const erased = image.slice();
  for (let row = top; row < top + side; row++) erased.fill(0, row * SIDE + left, row * SIDE + left + side);
  return erased;
}
