/** How terms add up: pooling, dense layers, and the last line of every sum. */

import { BEFORE, denseTerms, indexOf, poolTerms } from "./arithmetic.js";
import { colourElement, scaleOf } from "./colours.js";
import { certainty, compact, counted, make, shown, signed } from "./elements.js";

const STRONGEST = 10; // contributions that are listed

/**
 * terms + bias = sum → ReLU → value, the value being the network's own.
 *
 * @param {import("./state.js").State} state
 * @param {import("./arithmetic.js").Place} place
 * @param {string} name of the terms
 * @param {number} bias
 * @param {number} sum of the terms and the bias
 * @returns {HTMLElement}
 */
export function sumLine(state, place, name, bias, sum) {
  const value = state.answer[place.layer][indexOf(state.network, place)];
  const kept = Math.fround(sum); // as the network keeps it
  // The first line takes up what rounding the others to three digits does, so that the lines add up as they stand.
  const rest = Number(kept.toFixed(3)) - Number(bias.toFixed(3));
  const rows = [[name, signed(rest)], [state.say("sum-bias"), signed(bias)], [state.say("sum"), shown(kept)]];
  if (place.layer !== "fc2") {
    const off = state.off[place.layer]?.has(place.unit);
    rows.push([state.say(off ? "sum-off" : sum > 0 ? "sum-relu" : "sum-relu-zero"), shown(value)]);
  }
  const items = rows.map(([text, number]) => make("div", {}, make("dt", { text }), make("dd", { text: number })));
  return make("dl", { class: "sum", data: { sum: kept, value } }, ...items);
}

/** What stands together, where there is room for two columns. */
export function part(...content) {
  return make("div", { class: "part" }, ...content);
}

/** The four values of a 2 × 2, the largest marked; each leads on. */
export function showPool(state, place, body) {
  const { four, winner } = poolTerms(state.network, state.answer, place);
  const scale = scaleOf(state.colours, "activation", state.payload.limits.activations[BEFORE[place.layer]]);
  const cells = four.map((source, i) => {
    const won = i === winner;
    const button = make("button", {
      type: "button", class: won ? "won" : "", on: { click: () => state.select(source, true) },
      "aria-label": state.say(won ? "pool-winner" : "pool-other", { ...source, value: shown(source.value) }),
    }, make("b", { text: shown(source.value) }), make("span", { text: won ? state.say("largest") : "" }));
    colourElement(button, scale, source.value);
    return button;
  });
  body.replaceChildren(part(make("p", { class: "small", text: state.say("four") }),
    make("div", { class: "four", role: "group", "aria-label": state.say("four") }, ...cells)));
}

/** A unit of fc1: its strongest contributions, the rest, the bias. */
export function showDense(state, place, body) {
  const { terms, bias, sum } = denseTerms(state.network, state.answer, place);
  const count = counted(terms.length);
  const line = sumLine(state, place, state.say("sum-contributions", { count }), bias, sum);
  body.replaceChildren(part(contributions(state, terms, place.layer)), part(line));
}

/** An output: as a unit of fc1, but then softmax. */
export function showOutput(state, place, body) {
  showDense(state, place, body);
  const { fc2, probabilities } = state.answer;
  const power = Math.exp(fc2[place.unit]);
  const total = Array.from(fc2).reduce((all, logit) => all + Math.exp(logit), 0);
  body.lastChild.append(make("p", { class: "softmax", data: { probability: probabilities[place.unit] }, text: state.say("softmax", {
    power: readable(power), total: readable(total), probability: certainty(probabilities[place.unit], 2) }) }));
}

/** Large and small numbers in few signs. */
function readable(value) {
  if (value >= 0.01 && value < 1e6) return counted(Number(value.toPrecision(4)));
  return value.toExponential(2).replace("e+", "e").replace("-", "−");
}

function contributions(state, terms, layer) {
  const listed = terms.slice(0, STRONGEST);
  const rest = terms.slice(STRONGEST).reduce((sum, { product }) => sum + product, 0);
  const largest = Math.abs(listed[0]?.product ?? 1);
  const rows = listed.map((term) => contribution(state, term, largest));
  if (terms.length > STRONGEST) {
    rows.push(make("tr", { class: "rest" }, make("td", { colspan: 2, text: state.say("rest", { count: counted(terms.length - STRONGEST) }) }),
      make("td", { class: "number", text: signed(rest), data: { product: rest } }), make("td")));
  }
  const heads = ["from", "times", "adds"].map((key) => make("th", { scope: "col", text: state.say(`head-${key}`) }));
  return make("table", { class: "contributions" },
    make("caption", { text: state.say("strongest", { count: listed.length, layer }) }),
    make("thead", {}, make("tr", {}, ...heads, make("td"))), make("tbody", {}, ...rows));
}

function contribution(state, term, largest) {
  const { layer, unit, y, x, value, weight, product } = term;
  const short = layer === "fc1" ? `${unit}` : `${unit} (${y}, ${x})`;
  const label = state.say(layer === "fc1" ? "name-unit" : "name-map", { layer, unit, y, x });
  const go = make("button", { type: "button", class: "link", text: short, "aria-label": label,
    on: { click: () => state.select(term, true) } });
  const bar = make("span", { class: `share ${product < 0 ? "less" : "more"}` });
  bar.style.width = `${(Math.abs(product) / largest) * 100}%`;
  return make("tr", {}, make("td", {}, go), make("td", { class: "number", text: `${compact(value)} × ${shown(weight)}` }),
    make("td", { class: "number", text: signed(product), data: { product } }), make("td", { class: "drawn" }, bar));
}
