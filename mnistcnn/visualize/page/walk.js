/** Play: a walk of six steps through the network, one sentence each. */

import { SIDES, strongest } from "./arithmetic.js";
import { byId, certainty, percent, reducedMotion } from "./elements.js";
import { endDropout, showDropout } from "./units.js";

const STEPS = [
  { layers: ["input"], at: "input" },
  { layers: ["input", "conv1"], at: "conv1", slides: true },
  { layers: ["conv1", "pool1"], at: "pool1" },
  { layers: ["pool1", "conv2"], at: "conv2", slides: true },
  { layers: ["pool2", "fc1"], at: "fc1", drops: true },
  { layers: ["fc1", "fc2"], at: "fc2" },
];
const STEP_TIME = 9000; // ms, if the visitor does not turn the pages
const SLIDE_TIME = 90; // ms from one place of the filter to the next
const DROP_TIME = 1500;

/** @param {import("./state.js").State} state */
export function offerWalk(state) {
  const walk = { state, step: null, playing: false, timers: [] };
  byId("play").addEventListener("click", () => begin(walk));
  byId("walk-back").addEventListener("click", () => turn(walk, -1));
  byId("walk-next").addEventListener("click", () => turn(walk, 1));
  byId("walk-pause").addEventListener("click", () => setPlaying(walk, !walk.playing));
  byId("walk-end").addEventListener("click", () => end(walk));
  byId("walk").addEventListener("keydown", (event) => {
    if (event.key === "Escape") end(walk);
    else if (event.key === "ArrowLeft") turn(walk, -1);
    else if (event.key === "ArrowRight") turn(walk, 1);
  });
}

function begin(walk) {
  byId("walk").hidden = false;
  byId("play").hidden = true;
  walk.playing = !reducedMotion();
  goTo(walk, 0);
  bringIntoView(walk);
  byId("walk-next").focus({ preventScroll: true });
}

/** The layers and the sentence below them at once: the sentence is never in front of what it is about. */
function bringIntoView({ state }) {
  requestAnimationFrame(() => {
    const stage = state.inRow ? document.querySelector(".stage") : byId("tabs");
    const [top, layers, walk] = [stage, byId("strip"), byId("walk")].map((part) => part.getBoundingClientRect());
    if (top.top < 0 || layers.bottom > walk.top || walk.bottom > window.innerHeight) stage.scrollIntoView({ behavior: motion() });
  });
}

function motion() {
  return reducedMotion() ? "auto" : "smooth";
}

function turn(walk, by) {
  walk.playing = false;
  const next = walk.step + by;
  if (next >= STEPS.length) end(walk);
  else goTo(walk, Math.max(0, next));
}

function setPlaying(walk, playing) {
  walk.playing = playing;
  goTo(walk, walk.step);
}

function goTo(walk, number) {
  const { state } = walk;
  stop(walk);
  walk.step = number;
  const { layers, at, slides, drops } = STEPS[number];
  const { prediction, probabilities } = state.answer;
  byId("walk-title").textContent = state.say("walk-step", { step: number + 1, steps: STEPS.length });
  const dropout = state.payload.keep_prob < 1;
  const sentence = drops && !dropout ? "walk-5-without" : at === "fc2" && state.blank ? "walk-6-blank" : `walk-${number + 1}`;
  byId("walk-sentence").textContent = state.say(sentence, {
    digit: prediction, probability: certainty(probabilities[prediction], 1), share: percent(1 - state.payload.keep_prob) });
  byId("walk-back").disabled = number === 0;
  byId("walk-next").textContent = state.say(number === STEPS.length - 1 ? "walk-finish" : "walk-next");
  byId("walk-pause").textContent = state.say(walk.playing ? "walk-pause" : "walk-play");
  for (const figure of document.querySelectorAll("[data-figure]")) {
    figure.classList.toggle("aside", !layers.includes(figure.dataset.figure));
  }
  const place = at === "fc2" ? { layer: at, unit: prediction, y: 0, x: 0 } : strongest(state.network, state.answer, at);
  state.select(place, true);
  byId("inspector").classList.remove("open");
  if (drops && dropout) showDropout(state);
  if (walk.playing) animate(walk, place, slides, drops && dropout);
}

function animate(walk, place, slides, drops) {
  const { state } = walk;
  if (slides) walk.timers.push(setInterval(slide, SLIDE_TIME, state, { ...place, y: 0, x: 0 }));
  if (drops) walk.timers.push(setInterval(showDropout, DROP_TIME, state));
  const next = walk.step + 1;
  if (next < STEPS.length) walk.timers.push(setTimeout(() => goTo(walk, next), STEP_TIME));
  else walk.timers.push(setTimeout(() => setPlaying(walk, false), STEP_TIME));
}

/** The filter on its way over the map: every second row, value after value. */
function slide(state, place) {
  const side = SIDES[place.layer];
  place.x += side > 14 ? 2 : 1;
  if (place.x >= side) {
    place.x = 0;
    place.y = (place.y + 4) % side;
  }
  state.select({ ...place }, true);
}

function stop(walk) {
  walk.timers.forEach((timer) => clearTimeout(timer));
  walk.timers = [];
  if (walk.step !== null && STEPS[walk.step].drops) {
    endDropout(walk.state);
    walk.state.changed("view");
  }
}

function end(walk) {
  stop(walk);
  walk.step = null;
  byId("walk").hidden = true;
  byId("play").hidden = false;
  byId("play").focus();
  for (const figure of document.querySelectorAll("[data-figure]")) figure.classList.remove("aside");
  walk.state.pinned = false;
}
