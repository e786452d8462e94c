/** Units: switched off and on, sorted, and the half of fc1 that dropout would drop in training. */

import { unitsOf } from "./arithmetic.js";
import { byId, certainty, counted, percent } from "./elements.js";
import { dense, softmax } from "./operations.js";
import { forward } from "./network.js";

const BUSIEST = 8; // units that are switched off together

/** @param {import("./state.js").State} state */
export function controlUnits(state) {
  state.switchUnit = (layer, unit) => switchUnit(state, layer.replace("pool", "conv"), unit);
  for (const input of document.querySelectorAll("input[name=sort]")) {
    input.addEventListener("change", () => {
      state.sort = input.value;
      state.changed("view");
    });
  }
  const layer = () => byId("off-layer").value;
  byId("off-busiest").textContent = state.say("off-busiest", { count: BUSIEST });
  byId("off-busiest").addEventListener("click", () => switchOff(state, layer(), busiest(state, layer())));
  byId("off-all").addEventListener("click", () => switchOff(state, layer(), [...state.orders[layer()]]));
  byId("on-all").addEventListener("click", () => switchOn(state));
  byId("switch-unit").addEventListener("click", () => state.switchUnit(state.selection.layer, state.selection.unit));
  byId("dropout").addEventListener("click", () => showDropout(state));
  state.on("answer", () => endDropout(state));
  state.on("calm", () => tellWhatIsOff(state));
}

function switchUnit(state, layer, unit) {
  if (!state.off[layer]) return;
  if (!state.off[layer].delete(unit)) state.off[layer].add(unit);
  state.changed("answer");
}

function switchOff(state, layer, units) {
  for (const unit of units) state.off[layer].add(unit);
  state.changed("answer");
}

function switchOn(state) {
  Object.values(state.off).forEach((units) => units.clear());
  byId("off-layer").focus(); // The button that was pressed has nothing to do any more.
  state.changed("answer");
}

/** The units that answer most to this digit, of those that are on. */
function busiest(state, layer) {
  const units = unitsOf(state.network, layer);
  const sums = new Float64Array(units);
  state.answer[layer].forEach((value, i) => (sums[i % units] += value));
  return [...sums.keys()].sort((a, b) => sums[b] - sums[a]).filter((unit) => sums[unit] > 0).slice(0, BUSIEST);
}

function tellWhatIsOff(state) {
  const count = Object.values(state.off).reduce((sum, units) => sum + units.size, 0);
  byId("on-all").disabled = count === 0;
  byId("off-summary").textContent = count === 0 ? state.say("off-none")
    : state.blank ? state.say("off-blank", { count: counted(count) }) : whatIsOff(state, count);
}

function whatIsOff(state, count) {
  const whole = forward(state.network, state.image);
  const now = state.answer;
  return state.say(count === 1 ? "off-one" : "off-some", {
    count: counted(count), whole: whole.prediction, wholeProbability: certainty(whole.probabilities[whole.prediction]),
    now: now.prediction, probability: certainty(now.probabilities[now.prediction]),
  });
}

/**
 * Drop each unit of fc1 with the run's probability, as every training step did, and show what the others say; those
 * that stay are scaled up, so that their sum is what it was on average (Srivastava et al., JMLR 15, 2014, section 10).
 */
export function showDropout(state) {
  const keep = state.payload.keep_prob;
  const { fc1 } = state.answer;
  state.dropped = new Set([...fc1.keys()].filter(() => Math.random() >= keep));
  const kept = fc1.map((value, unit) => (state.dropped.has(unit) ? 0 : value / keep));
  const probabilities = softmax(dense(kept, state.network.fc2));
  const digit = probabilities.indexOf(Math.max(...probabilities));
  byId("dropout-text").textContent = state.say(state.blank ? "dropout-blank" : "dropout-shown", {
    count: counted(state.dropped.size), all: counted(fc1.length), digit, probability: certainty(probabilities[digit]),
  });
  byId("dropout").textContent = state.say("dropout-again");
  state.changed("view");
}

/** All units take part again. */
export function endDropout(state) {
  const share = percent(1 - state.payload.keep_prob);
  state.dropped = null;
  byId("dropout").textContent = state.say("dropout");
  byId("dropout-text").textContent = state.say("dropout-explained", { share });
}
