/** Digits to begin with: test images, the network's own mistakes, a picture of one's own. */

import { scaleOf } from "./colours.js";
import { byId, certainty, make } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { decodeImage } from "./network.js";
import { readDigits } from "./pictures/reading.js";

const MOST_PIXELS = 5e7; // of a picture; the browser makes a larger one smaller, which needs less memory

/** @param {import("./state.js").State} state */
export function offerExamples(state) {
  const { samples, mistakes } = state.payload;
  fillList(state, "samples", samples.map((digit) => ({
    digit, under: digit.label, label: state.say("sample-label", digit) })));
  fillList(state, "mistakes", mistakes.map((digit) => ({
    digit, under: `${digit.label}→${digit.prediction}`,
    label: state.say("mistake-label", { ...digit, confidence: certainty(digit.confidence) }) })));
  byId("mistakes-part").hidden = mistakes.length === 0;
  byId("file").addEventListener("change", (event) => loadPicture(state, event.target.files[0]));
  listenToDrops(state);
}

/** The source that puts a test image on the pad. */
export function testImage(state, { image, index, label }) {
  return { image: decodeImage(image), label, name: state.say("test-image", { index }) };
}

function fillList(state, id, examples) {
  for (const { digit, under, label } of examples) {
    const canvas = make("canvas", { "aria-hidden": "true" });
    const button = make("button", { type: "button", class: "example", "aria-label": label, title: label,
      on: { click: () => state.load(testImage(state, digit)) } }, canvas, make("span", { text: under }));
    const mosaic = new Mosaic(canvas, 28, 1);
    const values = decodeImage(digit.image);
    const paint = () => {
      mosaic.layout(1, 1, 0);
      mosaic.paint(values, scaleOf(state.colours, "ink", 1), state.colours);
    };
    state.on("view", paint);
    paint();
    byId(id).append(make("li", {}, button));
  }
}

function listenToDrops(state) {
  const box = byId("pad-box");
  box.addEventListener("dragover", (event) => event.preventDefault());
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) loadPicture(state, event.dataTransfer.files[0]);
  });
}

async function loadPicture(state, file) {
  if (!file) return;
  const { name } = file;
  byId("file").value = ""; // so that the same file can be chosen again
  const tell = (key) => (byId("file-error").textContent = state.say(key, { name }));
  try {
    const bitmap = await createImageBitmap(file);
    tell("reading");
    await new Promise((done) => setTimeout(done, 50)); // until that is painted: the next step takes seconds at worst
    const picture = pixelsOf(bitmap);
    const digits = readDigits(picture);
    state.load({ picture, bitmap, digits, chosen: 0, file: name, label: null });
    if (digits.length === 0) tell("no-digit");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    tell("file-error");
  }
}

/** @returns {import("./pictures/reading.js").Picture} */
function pixelsOf(bitmap) {
  const smaller = Math.min(1, Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height)));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * smaller)));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0, width, height);
  return { rgba: context.getImageData(0, 0, width, height).data, width, height };
}
