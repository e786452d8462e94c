/** Lines from the inspected value to what it was made of: orange adds, blue takes away, the wider the more. */

import { convolutionTerms, denseTerms, poolTerms } from "./arithmetic.js";
import { byId } from "./elements.js";

const MOST = 40; // lines
const WIDEST = 3.5; // CSS pixels

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
  if (!state.inRow || !state.selection || state.selection.layer === "input") return;
  context.setTransform(ratio, 0, 0, ratio, -box.left * ratio, -box.top * ratio);
  const sources = sourcesOf(state).slice(0, MOST);
  const largest = Math.max(...sources.map(({ weight }) => Math.abs(weight)), 1e-9);
  const to = middleOf(mosaics, state.selection);
  for (const source of sources) {
    const share = Math.abs(source.weight) / largest;
    context.strokeStyle = source.weight < 0 ? state.theme.blue : state.theme.orange;
    context.globalAlpha = 0.15 + 0.65 * share;
    context.lineWidth = 0.5 + (WIDEST - 0.5) * share;
    drawCurve(context, middleOf(mosaics, source), to);
  }
}

/** What a value was made of, the strongest first, each with what it added. */
function sourcesOf({ network, answer, selection }) {
  const { layer, unit, y, x } = selection;
  if (layer.startsWith("pool")) {
    const { four, winner } = poolTerms(network, answer, selection);
    return [{ ...four[winner], weight: 1 }];
  }
  if (layer.startsWith("fc")) {
    return denseTerms(network, answer, selection).terms.map((term) => ({ ...term, weight: term.product }));
  }
  const from = layer === "conv1" ? "input" : "pool1";
  const terms = convolutionTerms(network, answer, { layer, unit, y, x }).channels;
  const sources = terms.map(({ subtotal }, channel) => ({ layer: from, unit: channel, y, x, weight: subtotal }));
  return sources.filter(({ weight }) => weight !== 0).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
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
