/** The arithmetic of one value: where it looks, what it multiplies, and how that adds up to what is shown. */

import { indexOf, receptiveField } from "./arithmetic.js";
import { scaleOf } from "./colours.js";
import { byId, counted, shown } from "./elements.js";
import { nameOf, spoken } from "./layers.js";
import { Mosaic } from "./mosaic.js";
import { showConvolution } from "./products.js";
import { showDense, showOutput, showPool } from "./sums.js";

const FIELD_ZOOM = 4; // CSS pixels of a pixel of the digit

/** @param {import("./state.js").State} state */
export function openInspector(state) {
  const field = new Mosaic(byId("field"), 28, 1);
  field.layout(1, FIELD_ZOOM, 0);
  /**
   * Inspect a value.
   *
   * @param {import("./arithmetic.js").Place} place
   * @param {boolean} pin whether it stays when the pointer moves on
   */
  state.select = (place, pin) => {
    const { layer, unit, y, x } = place;
    const old = state.selection;
    state.pinned = pin || state.pinned;
    if (old && old.layer === layer && old.unit === unit && old.y === y && old.x === x && !pin) return;
    state.selection = { layer, unit, y, x };
    state.changed("selection");
    if (pin) byId("inspector").classList.add("open");
  };
  state.unpin = () => {
    state.pinned = false;
    byId("inspector").classList.remove("open");
    state.changed("selection");
  };
  byId("unpin").addEventListener("click", () => (state.unpin(), focusValue(state, { preventScroll: true })));
  byId("inspector").addEventListener("keydown", (event) => event.key === "Escape" && focusValue(state));
  const render = () => state.selection && renderInspector(state, field);
  state.on("answer", render);
  state.on("selection", () => (render(), speakSoon(state)));
  state.on("view", () => (field.layout(1, FIELD_ZOOM, 0), render()));
}

/** From the inspector back to the value. */
function focusValue(state, options) {
  const { layer, unit } = state.selection;
  const target = layer === "fc2" ? `#answer [data-unit="${unit}"]` : `canvas[data-layer="${layer}"]`;
  document.querySelector(target).focus(options);
}

function renderInspector(state, field) {
  const { selection: place, answer, colours } = state;
  const { layer, unit } = place;
  byId("inspector-title").textContent = nameOf(state, place);
  byId("inspector-sentence").textContent = state.say(`${layer}-explained`);
  byId("unpin").hidden = !state.pinned;
  field.paint(answer.input, scaleOf(colours, "ink", 1), colours);
  const box = receptiveField(state.payload.receptive_fields, place);
  field.frame(0, box, state.theme.blue, state.theme.background);
  byId("field-text").textContent = fieldText(state, layer, box);
  showPosition(state, place);
  showSwitch(state, layer, unit);
  const body = byId("arithmetic");
  if (layer === "input") body.replaceChildren();
  else if (layer === "fc1") showDense(state, place, body);
  else if (layer === "fc2") showOutput(state, place, body);
  else if (layer.startsWith("pool")) showPool(state, place, body);
  else showConvolution(state, place, body);
}

function fieldText(state, layer, box) {
  const rows = box.bottom - box.top + 1;
  return state.say(rows === 28 ? "field-all" : rows === 1 ? "field-one" : "field-part", { rows, columns: rows });
}

/** The value itself, in large. */
function showPosition(state, place) {
  const { layer } = place;
  const value = state.answer[layer][indexOf(state.network, place)];
  const text = byId("inspector-value");
  text.textContent = shown(value);
  text.dataset.value = value;
  byId("value-name").textContent = state.say(`value-${layer === "input" ? "ink" : layer === "fc2" ? "logit" : "activation"}`);
}

function showSwitch(state, layer, unit) {
  const button = byId("switch-unit");
  const conv = layer.replace("pool", "conv");
  button.hidden = !(conv in state.off);
  if (button.hidden) return;
  const off = state.off[conv].has(unit);
  button.setAttribute("aria-pressed", String(off));
  button.textContent = state.say(off ? "switch-on" : "switch-off", { unit: counted(unit) });
}

function speakSoon(state) {
  clearTimeout(state.speaking);
  state.speaking = setTimeout(() => {
    const place = state.selection;
    if (place) byId("inspected").textContent = spoken(state, place, state.answer[place.layer][indexOf(state.network, place)]);
  }, 300);
}
