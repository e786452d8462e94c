/** Teach it: tell the network the right answer; its last layer learns until it gives that, and forgets something else. */

import { scaleOf } from "./colours.js";
import { byId, counted, make, percent } from "./elements.js";
import { answers, compare, teach } from "./lastlayer.js";
import { Mosaic } from "./mosaic.js";
import { imageAt, unpackImages } from "./nearest.js";
import { decode, forward } from "./network.js";
import { inSlices, whileSeen } from "./slices.js";

const LISTED = 12; // digits that were forgotten

/** @param {import("./state.js").State} state */
export function showTeaching(state) {
  const part = { state, sample: null, history: [], shown: [], busy: false };
  byId("teaching-digit").append(...[...Array(10).keys()].map((digit) => make("option", { value: digit, text: digit })));
  byId("teaching-start").addEventListener("click", () => start(part));
  byId("teaching-undo").addEventListener("click", () => undo(part));
  state.on("calm", () => offerLabel(part));
  whileSeen(state, byId("teaching"), () => measure(part));
  state.on("view", () => part.shown.forEach((paint) => paint()));
}

/** A test digit's own label is what it should say. */
function offerLabel({ state }) {
  const { label } = state.source;
  if (label !== null && label !== undefined) byId("teaching-digit").value = label;
}

/** Begin with it when the section is first seen, so that it is done when somebody has read what the button does. */
function measure(part) {
  part.sample ??= measureSample(part);
  return part.sample;
}

/** The page's sample of test digits, as fc1 answers to them: computed once, for it is the last layer that learns. */
async function measureSample(part) {
  const { state } = part;
  const { test_sample: packed } = state.payload;
  const images = await unpackImages(packed.images);
  const labels = Array.from(decode(packed.labels).values);
  const features = await inSlices(featuresOf(state.network, images, labels.length), {
    report: (share) => {
      if (part.busy) byId("teaching-text").textContent = state.say("teaching-measuring", { share: percent(share) });
    },
  });
  return { images, labels, features, before: answers(state.network.fc2, features) };
}

function* featuresOf(network, images, count) {
  const features = [];
  for (let i = 0; i < count; i++) {
    features.push(forward(network, imageAt(images, i)).fc1);
    yield i / count;
  }
  return features;
}

async function start(part) {
  if (part.busy) return;
  part.busy = true;
  const { state } = part;
  const { fc2 } = state.network;
  const label = Number(byId("teaching-digit").value);
  const { fc1, prediction } = state.answer;
  const sample = await measure(part);
  const kept = { weights: fc2.weights.slice(), biases: fc2.biases.slice() };
  const steps = teach(fc2, fc1, label);
  part.busy = false;
  if (steps === 0) {
    byId("teaching-text").textContent = state.say("teaching-right", { label });
    return;
  }
  part.history.push(kept);
  state.changed("answer");
  report(part, sample, state.say(steps === 1 ? "teaching-step" : "teaching-steps", { steps: counted(steps), prediction, label }));
}

async function undo(part) {
  const { fc2 } = part.state.network;
  const { weights, biases } = part.history.pop();
  fc2.weights.set(weights);
  fc2.biases.set(biases);
  part.state.changed("answer");
  report(part, await part.sample, part.state.say("teaching-undone"));
}

/** What the lessons so far did to the sample, compared with the network as it was trained. */
function report(part, sample, text) {
  const { state, history } = part;
  const { labels, before } = sample;
  const after = answers(state.network.fc2, sample.features);
  const { right, forgot, learned } = compare(labels, before, after);
  const share = (count) => percent(count / labels.length, 1);
  byId("teaching-text").textContent = text;
  byId("teaching-undo").disabled = history.length === 0;
  byId("teaching-result").hidden = false;
  byId("teaching-accuracy").textContent = state.say("teaching-accuracy", {
    count: counted(labels.length), before: share(right.before), after: share(right.after), forgot: forgot.length,
    learned: learned.length });
  const items = forgot.slice(0, LISTED).map((index) => forgotten(state, sample, index, after[index]));
  part.shown = items.map(({ paint }) => paint);
  byId("teaching-forgot").replaceChildren(...items.map(({ item }) => item));
}

function forgotten(state, { images, labels }, index, answer) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const image = imageAt(images, index);
  const label = labels[index];
  const name = state.say("teaching-forgotten", { index, label, answer });
  const load = () => state.load({ image, name: state.say("test-image", { index }), label });
  const button = make("button", { type: "button", class: "example", "aria-label": name, title: name, on: { click: load } },
    canvas, make("span", { text: `${label}→${answer}` }));
  const mosaic = new Mosaic(canvas, 28, 1);
  const paint = () => {
    mosaic.layout(1, 1, 0);
    mosaic.paint(image, scaleOf(state.colours, "ink", 1), state.colours);
  };
  paint();
  return { item: make("li", {}, button), paint };
}
