/** A value of conv1 or conv2: its products, their subtotals, and the sum. */

import { convolutionTerms } from "./arithmetic.js";
import { colourElement, scaleOf } from "./colours.js";
import { compact, compactSigned, make, signed } from "./elements.js";
import { part, sumLine } from "./sums.js";

/**
 * @param {import("./state.js").State} state
 * @param {import("./arithmetic.js").Place} place
 * @param {HTMLElement} body
 */
export function showConvolution(state, place, body) {
  const terms = convolutionTerms(state.network, state.answer, place);
  const sum = (key, count) =>
    sumLine(state, place, state.say(key, { count }), terms.bias, terms.sum);
  if (place.layer === "conv1") {
    const [only] = terms.channels;
    body.replaceChildren(part(productTable(state, place, only, 0)), part(sum("sum-products", only.products.length)));
  } else {
    const [list, ...opened] = subtotals(state, place, terms.channels);
    body.replaceChildren(part(list, sum("sum-subtotals", terms.channels.length)), part(...opened));
  }
}

/** 5 × 5 cells, each with the value, its weight and the product below each other. */
function productTable(state, { layer, unit }, { products }, channel) {
  const scale = scaleOf(state.colours, "signed", state.payload.limits.weights[layer]);
  const rows = [0, 1, 2, 3, 4].map((row) =>
    make("tr", {}, ...products.slice(row * 5, row * 5 + 5).map((product) => productCell(state, product, scale))));
  const caption = state.say(`${layer}-products`, { unit, channel });
  return make("table", { class: "products" }, make("caption", { text: caption }), make("tbody", {}, ...rows));
}

function productCell(state, { value, weight, product, inside }, scale) {
  if (!inside) return make("td", { class: "padding" }, make("span", { text: state.say("padding") }));
  const cell = make("td", { data: { product } }, make("span", { text: compact(value) }),
    make("span", { text: `×${compact(weight)}` }), make("b", { text: compactSigned(product) }));
  // The weight's colour: the filter stays to be seen, whatever lies under it.
  colourElement(cell, scale, weight);
  return cell;
}

/** A button for each map that the unit reads, with what it adds; the opened one's products below. */
function subtotals(state, place, channels) {
  const largest = Math.max(...channels.map(({ subtotal }) => Math.abs(subtotal)));
  const scale = scaleOf(state.colours, "signed", largest);
  state.openChannel = Math.min(state.openChannel ?? strongestOf(channels), channels.length - 1);
  const buttons = channels.map(({ subtotal }, channel) => {
    const open = channel === state.openChannel;
    const button = make("button", {
      type: "button", "aria-pressed": String(open), data: { channel, subtotal },
      "aria-label": state.say("open-subtotal", { channel, subtotal: signed(subtotal) }),
      on: { click: () => openChannel(state, channel) },
    }, make("span", { text: channel }), make("b", { text: compactSigned(subtotal) }));
    colourElement(button, scale, subtotal);
    return button;
  });
  const title = state.say("subtotals", { count: channels.length });
  const list = make("div", { class: "subtotals", role: "group", "aria-label": title },
    make("p", { class: "small", text: title }), ...buttons);
  const { openChannel: opened } = state;
  const again = make("p", { class: "subtotal", text: state.say("subtotal-opened", {
    channel: opened, subtotal: signed(channels[opened].subtotal) }) });
  return [list, productTable(state, place, channels[opened], opened), again];
}

function strongestOf(channels) {
  const sizes = channels.map(({ subtotal }) => Math.abs(subtotal));
  return sizes.indexOf(Math.max(...sizes));
}

function openChannel(state, channel) {
  state.openChannel = channel;
  state.pinned = true;
  state.emit("selection");
  document.querySelector(`.subtotals [data-channel="${channel}"]`).focus();
}
