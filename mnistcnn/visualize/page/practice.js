/** For practitioners: confusions, dead units, gradient × input, downloads. */

import { SIDES, unitsOf } from "./arithmetic.js";
import { colourElement, scaleOf } from "./colours.js";
import { byId, counted, download, make } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { inputGradient } from "./network.js";

const LISTED = 24; // dead units of a layer

/** @param {import("./state.js").State} state */
export function showPractice(state) {
  const table = fillConfusion(state);
  const colour = () => colourConfusion(state, table);
  colour();
  state.on("view", colour);
  byId("dead").append(...["conv1", "conv2", "fc1"].map((layer) => make("li", { text: deadText(state, layer) })));
  showGradient(state);
  byId("save-digit").addEventListener("click", () => saveDigit(state));
  byId("save-activations").addEventListener("click", () => saveActivations(state));
}

function fillConfusion({ payload }) {
  const digits = [...Array(10).keys()];
  byId("confusion-head").append(...digits.map((digit) => make("th", { scope: "col", text: digit })));
  return payload.confusion.map((counts, label) => {
    const cells = counts.map((count) => make("td", { text: count === 0 ? "·" : count }));
    const axis = make("th", { class: "axis upright", scope: "rowgroup", rowspan: 10 },
      make("span", { text: payload.captions.page["confusion-rows"] }));
    const head = make("th", { scope: "row", text: label });
    byId("confusion-rows").append(make("tr", {}, ...(label === 0 ? [axis] : []), head, ...cells));
    return cells;
  });
}

/** Only errors have colour, by their number. */
function colourConfusion({ payload, colours }, table) {
  const errors = payload.confusion.flatMap((counts, label) => counts.filter((_, digit) => digit !== label));
  const scale = scaleOf(colours, "activation", Math.max(...errors));
  table.forEach((cells, label) => cells.forEach((cell, digit) => {
    if (digit === label) cell.className = "right";
    else if (payload.confusion[label][digit] > 0) colourElement(cell, scale, payload.confusion[label][digit]);
  }));
}

function deadText(state, layer) {
  const dead = state.payload.dead[layer];
  const units = counted(unitsOf(state.network, layer));
  if (dead.length === 0) return state.say("dead-none", { layer, units });
  const list = dead.slice(0, LISTED).join(", ") + (dead.length > LISTED ? " …" : "");
  return state.say("dead-some", { layer, units, count: counted(dead.length), list });
}

function showGradient(state) {
  const mosaic = new Mosaic(byId("gradient"), 28, 1);
  const choice = byId("gradient-output");
  choice.append(make("option", { value: "", text: state.say("gradient-answer") }),
    ...[...Array(10).keys()].map((digit) => make("option", { value: digit, text: digit })));
  const paint = () => {
    const output = choice.value === "" ? state.answer.prediction : Number(choice.value);
    const gradient = inputGradient(state.network, state.answer, output);
    const values = gradient.map((slope, i) => slope * state.image[i]);
    mosaic.layout(1, 8, 0);
    mosaic.paint(values, scaleOf(state.colours, "signed", Math.max(...values.map(Math.abs))), state.colours);
    byId("gradient").setAttribute("aria-label", state.say("gradient-label", { digit: output }));
  };
  choice.addEventListener("change", paint);
  state.on("calm", paint);
}

/** As MNIST's files have it: white ink on black. */
function saveDigit(state) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  const pixels = new ImageData(28, 28);
  state.image.forEach((ink, i) => {
    const grey = Math.round(ink * 255);
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  canvas.toBlob((blob) => download("digit.png", blob), "image/png");
}

function saveActivations(state) {
  const { payload, network, answer, off } = state;
  const layers = Object.keys(answer).filter((name) => name !== "prediction");
  const arrays = layers.map((name) => [name, { shape: shapeOf(network, name), values: Array.from(answer[name]) }]);
  const content = {
    run: payload.run, step: payload.step, digest: payload.digest, weights: payload.parity.weights,
    off: Object.fromEntries(Object.entries(off).map(([layer, units]) => [layer, [...units]])),
    prediction: answer.prediction, activations: Object.fromEntries(arrays),
  };
  download("activations.json", new Blob([JSON.stringify(content)], { type: "application/json" }));
}

function shapeOf(network, name) {
  const layer = name === "probabilities" ? "fc2" : name.split("/")[0];
  const side = SIDES[layer];
  if (layer === "input") return [28, 28];
  return side > 1 ? [side, side, unitsOf(network, layer)] : [unitsOf(network, layer)];
}
