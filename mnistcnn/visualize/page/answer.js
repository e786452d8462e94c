/**
 * What the network says: a large digit, ten bars, and a sentence that is spoken; on a phone, also a bar at the bottom.
 * An empty pad has no answer.
 */

import { byId, certainty, make } from "./elements.js";

/** @param {import("./state.js").State} state */
export function showAnswer(state) {
  const bars = Array.from({ length: 10 }, (_, digit) => makeBar(state, digit));
  byId("answer").append(...bars.map(({ button }) => make("li", {}, button)));
  byId("bar-shares").append(...bars.map(({ small }) => make("span", {}, small)));
  state.on("answer", () => paintAnswer(state, bars));
  state.on("calm", () => speak(state));
}

function makeBar(state, digit) {
  const fill = make("span", { class: "fill" });
  const share = make("span", { class: "share" });
  const button = make("button", { type: "button", class: "bar", data: { layer: "fc2", unit: digit } },
    make("span", { class: "digit", text: digit }), make("span", { class: "track" }, fill), share);
  const inspect = (pin) => state.select({ layer: "fc2", unit: digit, y: 0, x: 0 }, pin);
  button.addEventListener("click", () => inspect(true));
  button.addEventListener("focus", () => button.matches(":focus-visible") && inspect(true));
  button.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && !state.pinned && inspect(false));
  return { button, fill, share, small: make("i") };
}

function paintAnswer(state, bars) {
  const { probabilities, prediction } = state.answer;
  bars.forEach(({ button, fill, share, small }, digit) => {
    const part = state.blank ? 0 : probabilities[digit];
    fill.style.width = small.style.height = `${part * 100}%`;
    share.textContent = state.blank ? "–" : certainty(part);
    button.classList.toggle("first", !state.blank && digit === prediction);
  });
  for (const place of ["", "bar-"]) {
    byId(`${place}digit`).textContent = state.blank ? "–" : prediction;
    byId(`${place}confidence`).textContent = state.blank ? "" : certainty(probabilities[prediction], 1);
  }
  byId("second").textContent = state.blank ? "" : secondGuess(state);
}

function secondGuess(state) {
  const { probabilities, prediction } = state.answer;
  let second = prediction === 0 ? 1 : 0;
  probabilities.forEach((p, digit) => {
    if (digit !== prediction && p > probabilities[second]) second = digit;
  });
  return state.say("second", { digit: second, probability: certainty(probabilities[second], 1) });
}

/** What is on the pad, if it was not drawn there. */
function nameOf(state) {
  const { name, file, digits = [], chosen } = state.source;
  if (digits.length < 2) return name ?? file;
  return state.say("found-name", { name: file, number: chosen + 1, count: digits.length });
}

/** The summary is a live region: it changes when a drawing rests, not with every move of the pen. */
function speak(state) {
  const { probabilities, prediction } = state.answer;
  const { label } = state.source;
  const name = nameOf(state);
  const sentences = [state.blank ? state.say("summary-blank")
    : state.doubted ? state.say("doubt", { digit: prediction })
      : state.say("summary", { digit: prediction, probability: certainty(probabilities[prediction]) })];
  if (name) sentences.push(label === null ? name : state.say("summary-label", { name, label }));
  const text = sentences.join(" · ");
  if (byId("summary").textContent !== text) byId("summary").textContent = text;
}
