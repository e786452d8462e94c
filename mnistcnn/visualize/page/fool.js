/** Fool it: the smallest change that makes the network answer what the visitor chooses. */

import { scaleOf } from "./colours.js";
import { byId, certainty, make, percent, shown } from "./elements.js";
import { erase, fool } from "./fooling.js";
import { Mosaic } from "./mosaic.js";
import { inSlices } from "./slices.js";

const ZOOM = 6;

/** @param {import("./state.js").State} state */
export function showFool(state) {
  const part = {
    state, round: 0, changed: null, erased: null,
    mosaics: Object.fromEntries(["change", "fooled", "erased"].map((name) => [name, new Mosaic(byId(`fool-${name}`), 28, 1)])),
  };
  byId("fool-target").append(...[...Array(10).keys()].map((digit) => make("option", { value: digit, text: digit })));
  byId("fool-target").addEventListener("change", () => (byId("fool-target").dataset.chosen = "true"));
  byId("fool-start").addEventListener("click", () => start(part));
  byId("fool-load").addEventListener("click", () => load(part, part.changed));
  byId("fool-load-erased").addEventListener("click", () => load(part, part.erased));
  state.on("answer", () => forget(part));
  state.on("calm", () => offerTarget(part));
  state.on("view", () => paintFooled(part));
}

/** Another digit: what was found for the last one is gone. */
function forget(part) {
  part.round++;
  [part.changed, part.erased] = [null, null];
  byId("fool-found").hidden = true;
  byId("fool-text").textContent = "";
}

/** The runner-up is the easiest to reach; the answer itself is no goal. */
function offerTarget({ state }) {
  const { probabilities, prediction } = state.answer;
  const choice = byId("fool-target");
  for (const option of choice.options) option.disabled = Number(option.value) === prediction;
  if (Number(choice.value) !== prediction && choice.dataset.chosen === "true") return;
  const others = Array.from(probabilities, (p, digit) => (digit === prediction ? -1 : p));
  choice.value = others.indexOf(Math.max(...others));
}

async function start(part) {
  const { state } = part;
  forget(part);
  const round = part.round;
  const target = Number(byId("fool-target").value);
  const { image } = state;
  const options = {
    isStale: () => round !== part.round,
    report: (share) => (byId("fool-text").textContent = state.say("fool-searching", { share: percent(share) })),
  };
  const changed = await inSlices(fool(state.network, image, target), options);
  if (round !== part.round) return;
  const erased = await inSlices(erase(state.network, image, target), options);
  if (round !== part.round) return;
  Object.assign(part, { original: image, target, changed, erased });
  report(part);
}

function report(part) {
  const { state, target, changed, erased } = part;
  byId("fool-found").hidden = false;
  byId("fool-change-part").hidden = byId("fool-fooled-part").hidden = changed === null;
  byId("fool-erased-part").hidden = erased === null;
  const sentences = [changed === null ? state.say("fool-no-change", { target })
    : state.say("fool-changed", { ...factsOf(changed), length: shown(changed.length, 2),
      most: percent(largestChange(part)) }),
  erased === null ? state.say("fool-no-spot", { target })
    : state.say("fool-erased", { ...factsOf(erased), side: erased.side })];
  byId("fool-text").textContent = sentences.join(" ");
  paintFooled(part);
}

function factsOf({ answer: { prediction, probabilities } }) {
  return { digit: prediction, probability: certainty(probabilities[prediction]) };
}

function largestChange({ original, changed }) {
  return Math.max(...original.map((ink, i) => Math.abs(ink - changed.image[i])));
}

function paintFooled({ state, mosaics, original, changed, erased }) {
  const { colours } = state;
  const paint = (name, values, scale) => {
    mosaics[name].layout(1, ZOOM, 0);
    mosaics[name].paint(values, scale, colours);
  };
  if (changed) {
    const difference = changed.image.map((ink, i) => ink - original[i]);
    paint("change", difference, scaleOf(colours, "signed", Math.max(...difference.map(Math.abs))));
    paint("fooled", changed.image, scaleOf(colours, "ink", 1));
  }
  if (!erased) return;
  paint("erased", erased.image, scaleOf(colours, "ink", 1));
  const { top, left, side } = erased;
  mosaics.erased.frame(0, { top, left, bottom: top + side - 1, right: left + side - 1 }, state.theme.blue, state.theme.background);
}

function load({ state }, found) {
  state.load({ image: found.image, name: state.say("fool-name"), label: null });
}
