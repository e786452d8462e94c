/** The time machine: what the network made of the digit on the pad at each snapshot of its training. */

import { scaleOf } from "./colours.js";
import { byId, certainty, counted, make, percent, reducedMotion } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { decode, forward, loadNetwork } from "./network.js";
import { dense } from "./operations.js";
import { GAP } from "./plans.js";
import { drawCurves, placeOf } from "./time_curve.js";

const PACE = 900; // ms for each snapshot when it plays
const KEYS = {
  ArrowLeft: -1, ArrowDown: -1, PageDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 1, Home: -Infinity, End: Infinity,
};

/** @param {import("./state.js").State} state */
export function showTimeMachine(state) {
  const machine = state.payload.time_machine;
  if (!machine) return;
  const time = new TimeMachine(state, machine);
  state.timeMachine = time;
  listen(time);
  tellHowExact(state, machine);
}

class TimeMachine {
  /** @param {import("./state.js").State} state @param {Object} machine the payload's time_machine */
  constructor(state, machine) {
    Object.assign(this, { state, shown: machine.shown, now: machine.shown, images: machine.images });
    this.moments = machine.moments;
    this.steps = machine.moments.map(({ step }) => step);
    this.networks = [];
    this.answers = []; // of each moment, to the digit that is on the pad
    const { conv1, conv2 } = state.network;
    this.pictures = [
      { zoom: 9, least: 5, gap: 10, mosaic: new Mosaic(byId("machine-filters"), 5, conv1.outputs) },
      { zoom: 2, least: 2, gap: GAP, mosaic: new Mosaic(byId("machine-conv1"), 28, conv1.outputs) },
      { zoom: 3, least: 2, gap: GAP, mosaic: new Mosaic(byId("machine-conv2"), 14, conv2.outputs) },
    ];
    this.bars = Array.from({ length: 10 }, (_, digit) => makeBar(digit));
    byId("machine-answer").append(...this.bars.map(({ row }) => row));
  }

  /** The network at a moment: conv2 and fc1 are those of its neighbour on the side of the shown one, with a change. */
  networkAt(i) {
    if (i === this.shown) return this.state.network;
    return (this.networks[i] ??= this.load(i));
  }

  load(i) {
    const { conv1, conv2, fc1, fc2 } = this.moments[i].layers;
    const neighbour = this.networkAt(i < this.shown ? i + 1 : i - 1);
    return {
      ...loadNetwork({ conv1, fc2 }),
      conv2: changed(neighbour.conv2, conv2),
      // Thin factors: with all weights of every snapshot, the page would need ten times the memory.
      fc1: { ...neighbour.fc1, biases: decode(fc1.biases).values, changes: [...(neighbour.fc1.changes ?? []), factors(fc1)] },
    };
  }

  answerAt(i) {
    return (this.answers[i] ??= forward(this.networkAt(i), this.state.image, this.state.off));
  }

  /** The digit has changed: answer as of now at once, and as of the other moments one after the other. */
  renew() {
    this.answers = [];
    this.paint();
    clearTimeout(this.timer);
    const next = () => {
      const i = this.steps.findIndex((_, moment) => !this.answers[moment]);
      if (i < 0) return;
      this.answerAt(i);
      this.paintCurves();
      this.timer = setTimeout(next);
    };
    this.timer = setTimeout(next);
  }

  go(i) {
    this.now = Math.min(Math.max(i, 0), this.steps.length - 1);
    this.paint();
  }

  /** On the slider's axis, from 0 to 1. */
  placeOf(i) {
    return placeOf(this.steps[i], this.steps.at(-1));
  }

  nearest(place) {
    const distances = this.steps.map((_, i) => Math.abs(this.placeOf(i) - place));
    return distances.indexOf(Math.min(...distances));
  }

  paint() {
    this.paintMaps();
    this.paintAnswer();
    this.paintCurves();
  }

  paintMaps() {
    const { colours, payload: { limits } } = this.state;
    const answer = this.answerAt(this.now);
    for (const { mosaic, zoom, least, gap } of this.pictures) {
      const room = mosaic.canvas.parentElement.clientWidth + gap;
      const largest = (columns) => Math.floor((room / columns - gap) / mosaic.side);
      // These divide the tutorial's numbers of units, so that no row has a gap.
      const columns = [8, 4, 2].find((number) => largest(number) >= least) ?? 1;
      mosaic.layout(columns, Math.max(1, Math.min(largest(columns), zoom)), gap);
    }
    const [filters, conv1, conv2] = this.pictures.map(({ mosaic }) => mosaic);
    filters.paint(this.networkAt(this.now).conv1.weights, scaleOf(colours, "signed", limits.weights.conv1), colours);
    conv1.paint(answer.conv1, scaleOf(colours, "activation", limits.activations.conv1), colours);
    conv2.paint(answer.conv2, scaleOf(colours, "activation", limits.activations.conv2), colours);
  }

  paintAnswer() {
    const { probabilities, prediction } = this.answerAt(this.now);
    const { blank } = this.state;
    this.bars.forEach(({ row, fill, share }, digit) => {
      fill.style.width = blank ? 0 : `${probabilities[digit] * 100}%`;
      share.textContent = blank ? "" : certainty(probabilities[digit]);
      row.classList.toggle("first", !blank && digit === prediction);
    });
    const text = this.sentence(prediction, probabilities[prediction]);
    byId("machine-text").textContent = text;
    const slider = byId("machine-slider");
    slider.value = this.placeOf(this.now);
    slider.setAttribute("aria-valuetext", text);
  }

  sentence(digit, probability) {
    const { state, now } = this;
    const { step, accuracy } = this.moments[now];
    const facts = { step: counted(step), digit, probability: certainty(probability) };
    const parts = [state.say(state.blank ? "machine-now-blank" : "machine-now", facts)];
    if (now === this.shown) parts.push(state.say("machine-shown"));
    if (accuracy !== null) {
      parts.push(state.say("machine-accuracy", { accuracy: percent(accuracy, 1), images: counted(this.images) }));
    }
    return parts.join(" · ");
  }

  paintCurves() {
    const { state, steps, answers } = this;
    const digit = state.blank ? null : state.answer.prediction;
    const curve = byId("machine-curve");
    drawCurves(curve, steps, steps.map((_, i) => answers[i]?.probabilities), this.now, digit);
    byId("machine-curve-title").textContent = digit === null ? state.say("machine-curve-blank")
      : state.say("machine-curve", { digit });
    const points = steps.filter((_, i) => answers[i]).map((step) => state.say("machine-point", {
      step: counted(step), probability: certainty(answers[steps.indexOf(step)].probabilities[digit ?? 0]) }));
    curve.setAttribute("aria-label", digit === null ? state.say("machine-curve-blank")
      : state.say("machine-curve-label", { digit, points: points.join(", ") }));
  }
}

/** The two dense layers whose product is a change. @returns {Layer[]} without biases */
function factors({ left, right }) {
  return [left, right].map((tensor) => {
    const [inputs, outputs] = tensor.shape;
    return { weights: decode(tensor).values, biases: new Float32Array(outputs), inputs, outputs };
  });
}

/** A layer with a change of its weights. */
function changed(layer, { biases, ...change }) {
  const [left, right] = factors(change);
  const weights = layer.weights.slice();
  for (let row = 0; row < left.inputs; row++) {
    const sums = dense(left.weights.subarray(row * left.outputs, (row + 1) * left.outputs), right);
    for (let unit = 0; unit < right.outputs; unit++) weights[row * right.outputs + unit] += sums[unit];
  }
  return { ...layer, weights, biases: decode(biases).values };
}

function makeBar(digit) {
  const fill = make("span", { class: "fill" });
  const share = make("span", { class: "share" });
  const track = make("span", { class: "track" }, fill);
  return { fill, share, row: make("li", { class: "bar" }, make("span", { text: digit }), track, share) };
}

function listen(time) {
  const { state } = time;
  const slider = byId("machine-slider");
  const stop = play(time);
  slider.addEventListener("input", () => (stop(), time.go(time.nearest(Number(slider.value)))));
  slider.addEventListener("keydown", (event) => {
    if (KEYS[event.key] === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    stop();
    time.go(time.now + KEYS[event.key]);
  });
  state.on("calm", () => time.renew());
  new ResizeObserver(() => time.answers.length && time.paint()).observe(byId("machine-curve"));
}

/** The Play button. For those who want little motion it goes on by one step, and nothing moves by itself. */
function play(time) {
  const { state } = time;
  const button = byId("machine-play");
  let timer = null;
  const advance = () => time.go(time.now === time.steps.length - 1 ? 0 : time.now + 1);
  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = state.say(reducedMotion() ? "machine-next" : "machine-play");
  };
  const start = () => {
    button.textContent = state.say("machine-pause");
    if (time.now === time.steps.length - 1) time.go(0);
    timer = setInterval(() => {
      advance();
      if (time.now === time.steps.length - 1) stop();
    }, PACE);
  };
  button.addEventListener("click", () => (reducedMotion() ? advance() : timer === null ? start() : stop()));
  stop();
  return stop;
}

function tellHowExact(state, { moments, parity }) {
  const least = Math.min(...parity.agree);
  byId("machine-parity").textContent = state.say("machine-parity", {
    images: counted(parity.images), least: counted(least), step: counted(moments[parity.agree.indexOf(least)].step),
    difference: (100 * parity.largest_probability_difference_of_digits).toFixed(1),
  });
}
