/**
 * Lines from the inspected value to what it is made of, and to what it is used for: orange raises, blue lowers, the
 * wider the more. Each side has its own scale.
 */

import { BEFORE, convolutionTerms, denseTerms, indexOf, poolTerms, unitsOf } from "./arithmetic.js";
import { byId } from "./elements.js";
import { KERNEL, PADDING } from "./operations.js";

const MOST = 40; // lines on each side
const WIDEST = 3.5; // CSS pixels
const AFTER = Object.fromEntries(Object.entries(BEFORE).map(([layer, before]) => [before, layer]));

/**
 * @param {import("./state.js").State} state
 * @param {Object<string, import("./mosaic.js").Mosaic>} mosaics
 */
export function showLinks(state, mosaics) {
  const canvas = byId("links");
  const draw = () => drawLinks(state, mosaics, canvas);
  for (const kind of ["answer", "selection", "view"]) state.on(kind, draw);
}

function drawLinks(state, mosaics, canvas) {
  const box = canvas.parentElement.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  canvas.dataset.from = canvas.dataset.to = 0;
  if (!state.inRow || !state.selection) return;
  context.setTransform(ratio, 0, 0, ratio, -box.left * ratio, -box.top * ratio);
  const here = middleOf(mosaics, state.selection);
  const [sources, targets] = [sourcesOf(state), targetsOf(state)].map(strongestOf);
  drawFan(context, state, sources, (source) => [middleOf(mosaics, source), here]);
  drawFan(context, state, targets, (target) => [here, middleOf(mosaics, target)]);
  Object.assign(canvas.dataset, { from: sources.length, to: targets.length });
}

function strongestOf(links) {
  const some = links.filter(({ weight }) => weight !== 0);
  return some.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, MOST);
}

function drawFan(context, { theme }, links, ends) {
  const largest = Math.max(...links.map(({ weight }) => Math.abs(weight)), 1e-9);
  for (const link of links) {
    const share = Math.abs(link.weight) / largest;
    context.strokeStyle = link.weight < 0 ? theme.blue : theme.orange;
    context.globalAlpha = 0.15 + 0.65 * share;
    context.lineWidth = 0.5 + (WIDEST - 0.5) * share;
    drawCurve(context, ...ends(link));
  }
}

/** What a value is made of, each with what it adds. @returns {(Place & {weight: number})[]} */
export function sourcesOf({ network, answer, selection }) {
  const { layer, unit, y, x } = selection;
  if (layer === "input") return [];
  if (layer.startsWith("pool")) {
    const { four, winner } = poolTerms(network, answer, selection);
    return [{ ...four[winner], weight: 1 }];
  }
  if (layer.startsWith("fc")) {
    return denseTerms(network, answer, selection).terms.map((term) => ({ ...term, weight: term.product }));
  }
  const terms = convolutionTerms(network, answer, { layer, unit, y, x }).channels;
  return terms.map(({ subtotal }, channel) => ({ layer: BEFORE[layer], unit: channel, y, x, weight: subtotal }));
}

/**
 * What a value is used for: each value of the next layer with what it gets from it. Of a convolution, that is the value
 * at the same place, under the middle of the kernel.
 *
 * @returns {(Place & {weight: number})[]}
 */
export function targetsOf({ network, answer, selection }) {
  const { layer, unit, y, x } = selection;
  const next = AFTER[layer];
  if (!next) return [];
  if (next.startsWith("pool")) return pooledFrom(network, answer, selection, next);
  const value = answer[layer][indexOf(network, selection)];
  const { weights, inputs, outputs } = network[next];
  const row = next.startsWith("fc") ? indexOf(network, selection) : (PADDING * KERNEL + PADDING) * inputs + unit;
  const place = next.startsWith("fc") ? { y: 0, x: 0 } : { y, x };
  return Array.from({ length: unitsOf(network, next) }, (_, other) => ({
    layer: next, unit: other, ...place, weight: value * weights[row * outputs + other] }));
}

/** Pooling keeps one of four: a value that is not the largest goes nowhere. */
function pooledFrom(network, answer, { layer, unit, y, x }, next) {
  const pooled = { layer: next, unit, y: y >> 1, x: x >> 1 };
  const { four, winner } = poolTerms(network, answer, pooled);
  const won = indexOf(network, four[winner]) === indexOf(network, { layer, unit, y, x });
  return won ? [{ ...pooled, weight: 1 }] : [];
}

function middleOf(mosaics, { layer, unit, y, x }) {
  if (layer !== "fc2") return mosaics[layer].middle(unit, y, x);
  const box = document.querySelector(`#answer [data-unit="${unit}"]`).getBoundingClientRect();
  return { x: box.left, y: box.top + box.height / 2 };
}

function drawCurve(context, from, to) {
  const bend = (to.x - from.x) / 2;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(from.x + bend, from.y, to.x - bend, to.y, to.x, to.y);
  context.stroke();
}
