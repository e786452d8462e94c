/** What the network says: a large digit, ten bars, and a sentence that is spoken. */

import { byId, make, percent } from "./elements.js";

/** @param {import("./state.js").State} state */
export function showAnswer(state) {
  const bars = Array.from({ length: 10 }, (_, digit) => makeBar(state, digit));
  byId("answer").append(...bars.map(({ button }) => make("li", {}, button)));
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
  return { button, fill, share };
}

function paintAnswer(state, bars) {
  const { probabilities, prediction } = state.answer;
  bars.forEach(({ button, fill, share }, digit) => {
    fill.style.width = `${probabilities[digit] * 100}%`;
    share.textContent = percent(probabilities[digit]);
    button.classList.toggle("first", digit === prediction);
  });
  byId("digit").textContent = isBlank(state) ? "–" : prediction;
  byId("confidence").textContent = isBlank(state) ? "" : percent(probabilities[prediction], 1);
  byId("second").textContent = isBlank(state) ? "" : secondGuess(state);
}

function isBlank(state) {
  return state.source.strokes?.length === 0;
}

function secondGuess(state) {
  const { probabilities, prediction } = state.answer;
  let second = prediction === 0 ? 1 : 0;
  probabilities.forEach((p, digit) => {
    if (digit !== prediction && p > probabilities[second]) second = digit;
  });
  return state.say("second", { digit: second, probability: percent(probabilities[second], 1) });
}

/** The summary is a live region: it changes when a drawing rests, not with every move of the pen. */
function speak(state) {
  const { probabilities, prediction } = state.answer;
  const { label, name } = state.source;
  const sentences = [isBlank(state) ? state.say("summary-blank")
    : state.say("summary", { digit: prediction, probability: percent(probabilities[prediction]) })];
  if (name) sentences.push(label === null ? name : state.say("summary-label", { name, label }));
  const text = sentences.join(" · ");
  if (byId("summary").textContent !== text) byId("summary").textContent = text;
}
