/** Who taught you this: the training images that fc1 answers to most alike, with their labels. */

import { scaleOf } from "./colours.js";
import { byId, counted, make, shown } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { imageAt, loadTrainingImages, nearestImages } from "./nearest.js";
import { whileSeen } from "./slices.js";

const SHOWN = 12;

/** @param {import("./state.js").State} state */
export function showTeachers(state) {
  const part = { state, training: null, shown: [] };
  whileSeen(state, byId("teachers"), () => paintTeachers(part));
  state.on("view", () => part.shown.forEach((paint) => paint()));
}

async function paintTeachers(part) {
  const { state } = part;
  part.training ??= loadTrainingImages(state.payload.training_images);
  const training = await part.training;
  if (state.blank) {
    byId("teachers-list").replaceChildren();
    byId("teachers-text").textContent = state.say("teachers-blank");
    return;
  }
  const nearest = nearestImages(training, state.answer.fc1, SHOWN);
  const items = nearest.map((one) => teacher(state, training, one));
  part.shown = items.map(({ paint }) => paint);
  byId("teachers-list").replaceChildren(...items.map(({ item }) => item));
  const { prediction } = state.answer;
  byId("teachers-text").textContent = state.say("teachers-share", {
    same: nearest.filter(({ label }) => label === prediction).length, count: nearest.length, digit: prediction,
    all: counted(training.count) });
}

function teacher(state, { images }, { index, label, distance }) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const image = imageAt(images, index);
  const name = state.say("teachers-name", { index: counted(index), label, distance: shown(distance, 1) });
  const load = () => state.load({ image, name: state.say("teachers-source", { index: counted(index) }), label });
  const button = make("button", { type: "button", class: "example", "aria-label": name, title: name, on: { click: load } },
    canvas, make("span", { text: label }));
  const mosaic = new Mosaic(canvas, 28, 1);
  const paint = () => {
    mosaic.layout(1, 2, 0);
    mosaic.paint(image, scaleOf(state.colours, "ink", 1), state.colours);
  };
  paint();
  return { item: make("li", {}, button), paint };
}
