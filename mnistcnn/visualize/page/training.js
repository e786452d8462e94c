/** Training: the convolutions at each kept checkpoint, and what they make of the digit on the pad. */

import { scaleOf } from "./colours.js";
import { byId, counted, make, percent } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { forwardConvolutions, loadNetwork } from "./network.js";
import { GAP } from "./plans.js";

/** @param {import("./state.js").State} state */
export function showTraining(state) {
  const { moments } = state.payload;
  if (moments.length === 0) return; // The time machine shows more.
  const { conv1, conv2 } = state.network;
  const training = {
    state, networks: [], moment: Math.max(0, moments.findIndex(({ step }) => step === state.payload.step)),
    pictures: [
      { id: "then-filters", zoom: 9, gap: 10, mosaic: new Mosaic(byId("then-filters"), 5, conv1.outputs) },
      { id: "then-conv1", zoom: 2, gap: GAP, mosaic: new Mosaic(byId("then-conv1"), 28, conv1.outputs) },
      { id: "then-conv2", zoom: 3, gap: GAP, mosaic: new Mosaic(byId("then-conv2"), 14, conv2.outputs) },
    ],
  };
  const slider = byId("moment");
  slider.max = moments.length - 1;
  slider.value = training.moment;
  slider.addEventListener("input", () => {
    training.moment = Number(slider.value);
    paintMoment(training);
  });
  byId("moments").append(...moments.map((moment, i) => accuracyBar(training, moment, i)));
  state.on("calm", () => paintMoment(training));
}

/** A bar of the small chart above the slider; a question mark where the run was not evaluated. */
function accuracyBar({ state }, { step, test_accuracy: accuracy }, number) {
  const bar = make("span", { class: "accuracy", data: { moment: number, step } });
  if (accuracy === null) Object.assign(bar, { className: "accuracy unknown", textContent: "?" });
  else bar.style.height = `${accuracy * 100}%`;
  return bar;
}

function paintMoment(training) {
  const { state, moment } = training;
  const { step, test_accuracy: accuracy, layers } = state.payload.moments[moment];
  const network = (training.networks[moment] ??= loadNetwork(layers));
  const maps = forwardConvolutions(network, state.image);
  const { weights, activations } = state.payload.limits;
  const { colours } = state;
  layTraining(training);
  const [filters, conv1, conv2] = training.pictures.map(({ mosaic }) => mosaic);
  filters.paint(network.conv1.weights, scaleOf(colours, "signed", weights.conv1), colours);
  conv1.paint(maps.conv1, scaleOf(colours, "activation", activations.conv1), colours);
  conv2.paint(maps.conv2, scaleOf(colours, "activation", activations.conv2), colours);
  const text = accuracy === null ? state.say("moment-unknown", { step: counted(step) })
    : state.say("moment", { step: counted(step), accuracy: percent(accuracy, 2), data: state.payload.data });
  byId("moment-text").textContent = text;
  byId("moment").setAttribute("aria-valuetext", text);
  for (const bar of document.querySelectorAll(".accuracy")) {
    bar.classList.toggle("now", Number(bar.dataset.moment) === moment);
  }
}

function layTraining({ pictures }) {
  for (const { mosaic, zoom, gap } of pictures) {
    const width = mosaic.canvas.parentElement.clientWidth;
    const most = Math.max(1, Math.floor((width + gap) / (mosaic.side * zoom + gap)));
    mosaic.layout(Math.min(most, 8), zoom, gap);
  }
}
