/** The time machine's axis of steps, and the curves of ten probabilities over it. */

import { counted } from "./elements.js";

export const HEIGHT = 180; // CSS pixels, of all of it
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 16, 8, 24]; // of these, what is left free around the curves
const LABEL = 38; // width of a step's label
const SVG = "http://www.w3.org/2000/svg";
const FIRST = 10; // the first snapshot after step 0, whose place is log(1 + 0)

/**
 * Where a step stands on the axis, from 0 to 1: logarithmic, and linear near step 0, which a logarithm has no place for.
 *
 * @param {number} step
 * @param {number} last the last step
 */
export function placeOf(step, last) {
  return Math.log1p(step / FIRST) / Math.log1p(last / FIRST);
}

/**
 * Draw the curves anew.
 *
 * @param {SVGElement} svg
 * @param {number[]} steps ascending
 * @param {(Float32Array|undefined)[]} probabilities [10] at each step; undefined where it is not known yet
 * @param {number} now index of the step that is marked
 * @param {number|null} digit whose curve is drawn in colour; null for no curves
 */
export function drawCurves(svg, steps, probabilities, now, digit) {
  const width = svg.clientWidth - LEFT - RIGHT;
  const height = HEIGHT - TOP - BOTTOM;
  const x = (i) => LEFT + width * placeOf(steps[i], steps.at(-1));
  const y = (probability) => TOP + height * (1 - probability);
  const known = steps.map((_, i) => i).filter((i) => probabilities[i]);
  const curve = (of) => known.map((i) => `${x(i).toFixed(1)},${y(probabilities[i][of]).toFixed(1)}`).join(" ");
  const parts = [0, 0.5, 1].flatMap((share) => [
    element("line", { x1: LEFT, x2: LEFT + width, y1: y(share), y2: y(share) }),
    element("text", { x: LEFT - 8, y: y(share) + 4, "text-anchor": "end" }, `${100 * share} %`),
  ]);
  parts.push(...labels(steps, x));
  parts.push(element("line", { class: "now", x1: x(now), x2: x(now), y1: TOP, y2: TOP + height }));
  if (digit !== null) {
    const others = [...Array(10).keys()].filter((other) => other !== digit);
    parts.push(...others.map((other) => element("polyline", { points: curve(other) })));
    parts.push(element("polyline", { class: "first", points: curve(digit) }));
    parts.push(...known.map((i) => element("circle", { cx: x(i), cy: y(probabilities[i][digit]), r: 3.5 })));
  }
  svg.replaceChildren(...parts);
}

/** The steps below the axis, without those that would run into one another; the last is always there. */
function labels(steps, x) {
  const shown = [];
  let right = Infinity;
  for (let i = steps.length - 1; i >= 0; i--) {
    if (x(i) > right - LABEL) continue;
    right = x(i);
    shown.push(element("text", { x: x(i), y: HEIGHT - 6, "text-anchor": "middle" }, counted(steps[i])));
  }
  return shown;
}

function element(tag, attributes, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}
