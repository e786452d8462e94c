/**
 * What is on the page at a moment, and who wants to know when it changes.
 *
 * Changes are collected and worked off once in an animation frame: however fast a pen moves, a picture is painted at
 * most once a frame. The parts of the page listen:
 *   `answer`     the digit or the units that are off have changed; the answer is new
 *   `selection`  another value is inspected
 *   `view`       the same values have to be painted anew (theme, sizes, order of units)
 *   `calm`       after an answer nothing has changed for a moment: time for what is slow or spoken
 *
 * @typedef {{strokes?: {x: number, y: number}[][], image?: Float32Array, name?: string, label?: number|null,
 *   picture?: Picture, bitmap?: ImageBitmap, digits?: FoundDigit[], chosen?: number, file?: string}} Source
 *   what is on the pad: lines in units of its side, an image [28][28], or a picture with the digits that were found in
 *   it (see pictures/reading.js), of which one is chosen
 */

import { unitsOf } from "./arithmetic.js";
import { filled } from "./elements.js";
import { SIDE } from "./framing.js";
import { forward } from "./network.js";
import { wholePicture } from "./pictures/reading.js";
import { strokesToImage } from "./strokes.js";

const CALM = 200; // ms without a change

export class State {
  /** @param {Object} payload @param {Network} network */
  constructor(payload, network) {
    Object.assign(this, { payload, network });
    this.source = { strokes: [] };
    this.centred = true;
    this.off = { conv1: new Set(), conv2: new Set(), fc1: new Set() };
    this.dead = Object.fromEntries(Object.entries(payload.dead).map(([layer, units]) => [layer, new Set(units)]));
    this.sort = "number";
    this.orders = {};
    this.selection = null;
    this.pinned = false;
    this.dropped = null; // the units of fc1 that dropout is shown to drop
    this.listeners = {};
    this.dirty = new Set();
    this.since = null;
  }

  /** A sentence of the page. */
  say(key, facts = {}) {
    return filled(this.payload.captions.page[key], facts);
  }

  on(kind, listener) {
    (this.listeners[kind] ??= []).push(listener);
  }

  emit(kind) {
    for (const listener of this.listeners[kind] ?? []) listener();
  }

  /**
   * Something has changed: see to it in the next frame.
   *
   * @param {"answer"|"selection"|"view"} kind
   * @param {number} [since] when the event was that changed it, for the measurement of stroke to paint
   */
  changed(kind, since = null) {
    if (since !== null) this.since ??= since;
    if (this.dirty.size === 0) requestAnimationFrame(() => this.update());
    this.dirty.add(kind);
  }

  update() {
    const dirty = this.dirty;
    this.dirty = new Set();
    if (dirty.has("answer")) {
      this.think();
      this.emit("answer");
      this.measure();
    } else if (dirty.has("view")) {
      this.arrange();
      this.emit("view");
    } else {
      this.emit("selection");
    }
    if (!dirty.has("answer") && !dirty.has("view")) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.emit("calm"), CALM);
  }

  /** The digit → what every layer answers. */
  think() {
    const { source, network } = this;
    this.image = source.image ?? this.imageOf(source);
    this.answer = forward(network, this.image, this.off);
    this.dropped = null;
    this.arrange();
  }

  imageOf(source) {
    const { strokes, picture, digits, chosen } = source;
    if (strokes) return strokesToImage(strokes, { center: this.centred });
    if (this.centred) return digits[chosen]?.image ?? new Float32Array(SIDE * SIDE);
    return (source.whole ??= wholePicture(picture));
  }

  /** The order in which the units of each layer are shown. */
  arrange() {
    for (const [layer, pooled] of [["conv1", "pool1"], ["conv2", "pool2"], ["fc1", null]]) {
      const units = unitsOf(this.network, layer);
      const order = Int32Array.from({ length: units }, (_, unit) => unit);
      if (this.sort === "activity") {
        const sums = new Float64Array(units);
        this.answer[layer].forEach((value, i) => (sums[i % units] += value));
        order.sort((a, b) => sums[b] - sums[a] || a - b);
      }
      this.orders[layer] = order;
      if (pooled) this.orders[pooled] = order;
    }
  }

  /** Whether a unit is shown hatched: it never answers, or is switched off. */
  silent(layer, unit) {
    const conv = { pool1: "conv1", pool2: "conv2" }[layer] ?? layer;
    if (conv === "fc1" && this.dropped?.has(unit)) return true;
    return Boolean(this.off[conv]?.has(unit) || this.dead[conv]?.has(unit));
  }

  /** Whether there is nothing on the pad to be recognised. */
  get blank() {
    return !this.image.some((ink) => ink > 0);
  }

  /** Note how long it took from a stroke until its picture was painted, for the performance timeline. */
  measure() {
    if (this.since === null) return;
    const start = this.since;
    this.since = null;
    const { port1, port2 } = new MessageChannel();
    // A message sent in a frame arrives after the frame was painted.
    port1.onmessage = () => {
      performance.measure("stroke-to-paint", { start, end: performance.now() });
      port1.close();
    };
    port2.postMessage(null);
  }
}
