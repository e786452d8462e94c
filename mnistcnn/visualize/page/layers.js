/** The layers from left to right: painted, and explored with the pointer or the arrow keys. */

import { SIDES, receptiveField, unitsOf } from "./arithmetic.js";
import { scaleOf } from "./colours.js";
import { byId, counted, make, shown } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { planLayers } from "./plans.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {import("./state.js").State} state @returns {Object<string, Mosaic>} by layer */
export function showLayers(state) {
  const strip = byId("strip");
  const mosaics = {};
  for (const layer of ["input", "conv1", "pool1", "conv2", "pool2", "fc1"]) {
    const canvas = make("canvas", {
      tabindex: 0, role: "application", data: { layer },
      "aria-label": state.say(`${layer}-map-label`, { units: counted(unitsOf(state.network, layer)) }),
      "aria-describedby": "explore-help",
    });
    mosaics[layer] = new Mosaic(canvas, SIDES[layer], unitsOf(state.network, layer));
    strip.append(figureOf(state, layer, canvas));
    explore(state, mosaics[layer], layer);
  }
  strip.append(figureOf(state, "fc2", byId("answer")));
  const lay = () => layOut(state, strip, mosaics);
  state.on("answer", () => paintLayers(state, mosaics));
  state.on("view", () => (lay(), paintLayers(state, mosaics)));
  state.on("selection", () => markSelection(state, mosaics));
  new ResizeObserver(() => strip.clientWidth !== state.stripWidth && state.changed("view")).observe(strip);
  lay();
  return mosaics;
}

function figureOf(state, layer, content) {
  const units = counted(unitsOf(state.network, layer));
  const side = SIDES[layer];
  const shape = layer === "input" ? "28 × 28" : side > 1 ? `${side} × ${side} × ${units}` : units;
  return make("div", { class: "layer", id: `figure-${layer}`, data: { figure: layer } },
    make("div", { class: "layer-head" }, make("h3", { text: layer }), make("p", { class: "shape", text: shape }),
      make("p", { class: "operation", text: state.say(`${layer}-operation`) })),
    content);
}

function layOut(state, strip, mosaics) {
  state.stripWidth = strip.clientWidth;
  const plan = planLayers(state.network, strip.clientWidth, window.devicePixelRatio || 1);
  strip.classList.toggle("row", plan.row);
  state.inRow = plan.row;
  for (const [layer, mosaic] of Object.entries(mosaics)) {
    const { columns, zoom, gap } = plan.layers[layer];
    mosaic.layout(columns, zoom, gap);
  }
}

function paintLayers(state, mosaics) {
  const { colours, answer, payload } = state;
  for (const [layer, mosaic] of Object.entries(mosaics)) {
    const scale = layer === "input" ? scaleOf(colours, "ink", 1)
      : scaleOf(colours, "activation", payload.limits.activations[layer]);
    mosaic.order = state.orders[layer] ?? mosaic.order;
    mosaic.paint(answer[layer], scale, colours, (unit) => state.silent(layer, unit));
  }
  markSelection(state, mosaics, false);
}

/** Frame the value that is inspected, what it reads, and the pixels that it sees. */
function markSelection(state, mosaics, anew = true) {
  if (anew) Object.values(mosaics).forEach((mosaic) => mosaic.show());
  const { selection, theme } = state;
  if (!selection) return;
  const { layer, unit, y, x } = selection;
  const { blue, background } = theme;
  mosaics.input.frame(0, receptiveField(state.payload.receptive_fields, selection), blue, background);
  const own = mosaics[layer];
  if (own && layer !== "input") {
    own.frame(unit, own.whole, blue, background);
    if (own.side > 1 && own.zoom > 1) own.frame(unit, { top: y, left: x, bottom: y, right: x }, blue, background);
    Object.assign(own.canvas.dataset, { unit, y, x });
  }
  if (layer === "conv2") {
    const box = { top: y - 2, left: x - 2, bottom: y + 2, right: x + 2 };
    for (let channel = 0; channel < mosaics.pool1.count; channel++) mosaics.pool1.frame(channel, box, blue, background);
  }
  if (layer.startsWith("pool")) {
    const box = { top: 2 * y, left: 2 * x, bottom: 2 * y + 1, right: 2 * x + 1 };
    mosaics[layer.replace("pool", "conv")].frame(unit, box, blue, background);
  }
}

function explore(state, mosaic, layer) {
  const { canvas } = mosaic;
  const select = (place, pin) => place && state.select({ layer, ...place }, pin);
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch" && !state.pinned) select(mosaic.at(event), false);
  });
  canvas.addEventListener("click", (event) => select(mosaic.at(event), true));
  canvas.addEventListener("focus", () => {
    if (!canvas.matches(":focus-visible") || state.selection?.layer === layer) return;
    select(lastPlace(mosaic), true);
  });
  canvas.addEventListener("keydown", (event) => {
    const here = state.selection?.layer === layer ? state.selection : lastPlace(mosaic);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ARROWS[event.key]) select(neighbour(mosaic, here, ARROWS[event.key], event.shiftKey), true);
    else if (event.key === "Home") select({ ...here, unit: mosaic.order[0] }, true);
    else if (event.key === "End") select({ ...here, unit: mosaic.order[mosaic.count - 1] }, true);
    else if (event.key === "x") state.switchUnit(layer, here.unit);
    else if (event.key === "Escape") state.unpin();
    else if (event.key === "Enter") byId("inspector").focus();
    else return;
    event.preventDefault();
  });
}

/** Where the layer was left, or the middle of its first map. */
function lastPlace({ canvas, order, side }) {
  const { unit = order[0], y = side >> 1, x = side >> 1 } = canvas.dataset;
  return { unit: Number(unit), y: Number(y), x: Number(x) };
}

/** The next value in a direction, or (`jump`) the same value of the next map; at a map's edge the next map's first. */
function neighbour(mosaic, { unit, y, x }, [right, down], jump) {
  const last = mosaic.side - 1;
  const [nextY, nextX] = [y + down, x + right];
  if (!jump && nextY >= 0 && nextX >= 0 && nextY <= last && nextX <= last) return { unit, y: nextY, x: nextX };
  const position = mosaic.positionOf(unit);
  const column = (position % mosaic.columns) + right;
  const next = position + right + down * mosaic.columns;
  if (column < 0 || column >= mosaic.columns || next < 0 || next >= mosaic.count) return { unit, y, x };
  const enter = (at, step) => (jump || step === 0 ? at : step > 0 ? 0 : last);
  return { unit: mosaic.order[next], y: enter(y, down), x: enter(x, right) };
}

/** What a value is called, for those who hear it. */
export function nameOf(state, { layer, unit, y, x }) {
  const key = layer === "input" ? "name-pixel" : SIDES[layer] > 1 ? "name-map" : layer === "fc2" ? "name-output" : "name-unit";
  return state.say(key, { layer, unit: counted(unit), y, x });
}

/** As `nameOf`, with the value. */
export function spoken(state, place, value) {
  return `${nameOf(state, place)}: ${shown(value)}`;
}
