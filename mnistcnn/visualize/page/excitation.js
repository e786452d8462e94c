/** Beside the arithmetic of a value: its map, the test images that excite its unit most, and its maximised input. */

import { SIDES } from "./arithmetic.js";
import { scaleOf } from "./colours.js";
import { byId, counted, shown } from "./elements.js";
import { Mosaic } from "./mosaic.js";
import { decode } from "./network.js";

const SIDE = 112; // CSS pixels of a picture, or a little more or less: squares are whole pixels
const GAP = 3;

/** @param {import("./state.js").State} state */
export function showExcitation(state) {
  const { pool, sample, ...layers } = state.payload.excitation;
  const known = { pool: decodeImages(pool), sample };
  for (const [layer, found] of Object.entries(layers)) known[layer] = decodeAll(found);
  let painted = null;
  const paint = () => {
    if (!state.selection) return;
    paintMap(state);
    // What excites a unit does not depend on the drawing: a pen is not to wait for it.
    if (state.selection !== painted) paintExcitation(state, known);
    painted = state.selection;
  };
  for (const kind of ["answer", "selection"]) state.on(kind, paint);
  state.on("view", () => {
    painted = null;
    paint();
  });
}

function decodeAll(found) {
  const decoded = Object.entries(found).map(([name, tensor]) => [name,
    tensor.dtype === "uint8" ? decodeImages(tensor) : { ...tensor, values: decode(tensor).values }]);
  return Object.fromEntries(decoded);
}

function decodeImages(tensor) {
  return { shape: tensor.shape, values: decode(tensor).values.map((value) => value / 255) };
}

function paintExcitation(state, known) {
  const { layer, unit } = state.selection;
  const found = known[layer.replace("pool", "conv")];
  const shownUnit = found && unit < found.values.shape[0];
  byId("patches-part").hidden = !shownUnit;
  byId("maximised-part").hidden = !shownUnit || !found.maximised;
  if (!shownUnit) return;
  if (found.patches) paintPatches(state, found, known.sample);
  else paintImages(state, found, known.pool);
  if (found.maximised) paintMaximised(state, found);
}

function paintMap(state) {
  const { selection: { layer, unit, y, x }, answer, payload, colours, theme } = state;
  const side = SIDES[layer];
  byId("map-part").hidden = layer === "input" || side === 1;
  if (byId("map-part").hidden) return;
  const units = answer[layer].length / (side * side);
  const values = answer[layer].filter((_, i) => i % units === unit);
  const picture = paintGrid(state, "unit-map", { values, side, count: 1, columns: 1 },
    scaleOf(colours, "activation", payload.limits.activations[layer]), state.silent(layer, unit));
  picture.frame(0, { top: y, left: x, bottom: y, right: x }, theme.blue, theme.background);
  byId("map-text").textContent = state.say("map-text", { unit: counted(unit) });
}

/** Pieces of test images, as large as what the unit reads. */
function paintPatches(state, { patches, values }, sample) {
  const { unit } = state.selection;
  const [, count, side] = patches.shape;
  const first = unit * count * side * side;
  const own = patches.values.subarray(first, first + count * side * side);
  tellStrongest(state, values.values[unit], "patches-pool-text", "patches-label",
    { count, pool: counted(sample) });
  byId("patches").hidden = values.values[unit] <= 0;
  paintGrid(state, "patches", { values: inColumns(own, count), side, count, columns: 3 });
}

/** Whole test images, for units that read all of one. */
function paintImages(state, { images, values }, pool) {
  const { unit } = state.selection;
  const most = images.shape[1];
  const chosen = Array.from(images.values.subarray(unit * most, (unit + 1) * most)).filter((image) => image >= 0);
  const own = chosen.flatMap((image) => Array.from(pool.values.subarray(image * 784, (image + 1) * 784)));
  byId("patches").hidden = chosen.length === 0;
  tellStrongest(state, chosen.length ? values.values[unit] : 0, "patches-pool-text", "patches-whole-label",
    { count: chosen.length, pool: counted(pool.shape[0]) });
  const count = chosen.length;
  if (count > 0) paintGrid(state, "patches", { values: inColumns(own, count), side: 28, count, columns: 3 });
}

function tellStrongest(state, value, text, label, facts) {
  const { unit, layer } = state.selection;
  const any = value > 0 || layer === "fc2";
  byId("patches-text").textContent = any ? state.say(text, { ...facts, value: shown(value, 2) })
    : state.say("patches-none-of-pool", facts);
  byId("patches").setAttribute("aria-label", state.say(label, { ...facts, unit: counted(unit) }));
}

function paintMaximised(state, { maximised, responses }) {
  const { unit } = state.selection;
  const side = maximised.shape[1];
  const values = maximised.values.subarray(unit * side * side, (unit + 1) * side * side);
  paintGrid(state, "maximised", { values, side, count: 1, columns: 1 });
  byId("maximised").setAttribute("aria-label", state.say("maximised-label", { unit: counted(unit) }));
  byId("maximised-text").textContent = state.say("maximised-text", { value: shown(responses.values[unit], 2) });
}

/** [count][values] → [values][count], as a mosaic reads maps. */
function inColumns(values, count) {
  const size = values.length / count;
  return Float32Array.from({ length: values.length }, (_, i) => values[(i % count) * size + Math.floor(i / count)]);
}

function paintGrid(state, id, { values, side, count, columns }, scale = null, hatched = false) {
  const mosaic = new Mosaic(byId(id), side, count);
  const gap = count > 1 ? GAP : 0;
  mosaic.layout(columns, Math.max(1, Math.round((SIDE - gap * (columns - 1)) / (columns * side))), gap);
  mosaic.paint(values, scale ?? scaleOf(state.colours, "ink", 1), state.colours, () => hatched);
  return mosaic;
}
