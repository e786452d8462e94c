/** Morph: choose two digits, drag from one to the other, see where the answer turns. */

import { scaleOf } from "./colours.js";
import { byId, certainty, make, percent, shown, signed } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { STEPS, blend, morph } from "./morphing.js";
import { decodeImage } from "./network.js";
import { inSlices, whileSeen } from "./slices.js";

const PAD = "pad";
const LISTED = 6; // units of a turn
const CHART_HEIGHT = 110; // CSS pixels

/** @param {import("./state.js").State} state */
export function showMorph(state) {
  const part = { state, mosaic: new Mosaic(byId("morph-image"), 28, 1), found: null, round: 0, images: {} };
  fillChoice(part, "morph-from", PAD);
  fillChoice(part, "morph-to", String(Math.min(9, state.payload.samples.length - 1)));
  byId("morph-share").max = STEPS;
  byId("morph-share").addEventListener("input", () => paintMorph(part));
  byId("morph-load").addEventListener("click", () => state.load({
    image: imageAt(part), name: state.say("morph-name", wayOf(part)), label: null }));
  state.on("view", () => paintMorph(part));
  whileSeen(state, byId("morph"), () => begin(part));
}

function fillChoice(part, id, chosen) {
  const { state } = part;
  const options = state.payload.samples.map(({ label }, i) => make("option",
    { value: i, text: state.say("morph-sample", { label }) }));
  byId(id).append(make("option", { value: PAD, text: state.say("morph-pad") }), ...options);
  byId(id).value = chosen;
  byId(id).addEventListener("change", () => begin(part));
}

function imageOf({ state }, id) {
  const { value } = byId(id);
  return value === PAD ? state.image : decodeImage(state.payload.samples[Number(value)].image);
}

/** Compute the way anew; what an earlier choice began is left unfinished. */
async function begin(part) {
  const round = ++part.round;
  const { state } = part;
  part.images = { from: imageOf(part, "morph-from"), to: imageOf(part, "morph-to") };
  part.found = null;
  paintMorph(part);
  const work = morph(state.network, part.images.from, part.images.to);
  const found = await inSlices(work, { isStale: () => round !== part.round });
  if (found === null) return;
  part.found = found;
  paintMorph(part);
}

function wayOf(part) {
  const share = Number(byId("morph-share").value) / STEPS;
  return { share, percent: percent(share) };
}

function imageAt(part) {
  return blend(part.images.from, part.images.to, wayOf(part).share);
}

function paintMorph(part) {
  const { state, mosaic, found, images } = part;
  if (!images.from) return;
  mosaic.layout(1, 6, 0);
  mosaic.paint(imageAt(part), scaleOf(state.colours, "ink", 1), state.colours);
  byId("morph").dataset.done = String(found !== null);
  if (found === null) return;
  const { answers, turns } = found;
  const { probabilities, prediction } = answers[Number(byId("morph-share").value)];
  const text = state.say("morph-at", {
    way: wayOf(part).percent, digit: prediction, probability: certainty(probabilities[prediction], 1) });
  byId("morph-text").textContent = text;
  byId("morph-share").setAttribute("aria-valuetext", text);
  paintChart(part, answers, turns);
  listTurns(state, turns);
}

/** Ten curves in the digits' colours: each digit's probability along the way; a line at each turn and at the slider. */
function paintChart({ state }, answers, turns) {
  const canvas = byId("morph-chart");
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, CHART_HEIGHT].map((length) => Math.max(1, Math.round(length * ratio)));
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const [x, y] = [(share) => share * width, (probability) => (1 - probability) * (height - 4 * ratio) + 2 * ratio];
  for (const { share } of turns) line(context, x(share), height, state.theme.faint, ratio);
  for (let digit = 0; digit < 10; digit++) {
    context.strokeStyle = state.payload.palette.digits[digit];
    context.lineWidth = 2 * ratio;
    context.beginPath();
    answers.forEach(({ probabilities }, step) => context.lineTo(x(step / STEPS), y(probabilities[digit])));
    context.stroke();
    nameCurve(context, state, answers, digit, { x, y, ratio });
  }
  line(context, Math.min(x(Number(byId("morph-share").value) / STEPS), width - ratio), height, state.theme.text, ratio);
}

function line(context, x, height, colour, ratio) {
  context.strokeStyle = colour;
  context.lineWidth = ratio;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
}

/** A digit's number at its curve's peak, if that is worth a number. */
function nameCurve(context, { theme }, answers, digit, { x, y, ratio }) {
  const heights = answers.map(({ probabilities }) => probabilities[digit]);
  const peak = heights.indexOf(Math.max(...heights));
  if (heights[peak] < 0.2) return;
  Object.assign(context, { fillStyle: theme.text, textBaseline: "top", font: `600 ${13 * ratio}px system-ui, sans-serif` });
  context.textAlign = peak < 2 ? "left" : peak > STEPS - 2 ? "right" : "center";
  context.fillText(digit, x(peak / STEPS) + (peak < 2 ? 6 : peak > STEPS - 2 ? -6 : 0) * ratio, y(heights[peak]) + 5 * ratio);
}

function listTurns(state, turns) {
  const sentences = turns.map((turn) => {
    const few = turn.units.slice(0, LISTED);
    const sum = few.reduce((total, { push }) => total + push, 0);
    return make("li", {}, make("p", { text: state.say("morph-turn", {
      way: percent(turn.share, 1), from: turn.from, to: turn.to, margin: shown(turn.margin, 1),
      count: few.length, sum: shown(sum, 1) }) }), unitTable(state, few));
  });
  byId("morph-turns").replaceChildren(...(turns.length > 0 ? sentences
    : [make("li", {}, make("p", { text: state.say("morph-steady") }))]));
}

function unitTable(state, units) {
  const head = ["unit", "before", "after", "push"].map((name) => make("th", { scope: "col", text: state.say(`morph-${name}`) }));
  const rows = units.map(({ unit, before, after, push }) => make("tr", {},
    ...[unit, shown(before, 2), shown(after, 2), signed(push, 2)].map((text) => make("td", { class: "number", text }))));
  return make("table", { class: "morph-units" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}
