/** The map of fc1: test digits by two principal components, and where the drawing lies among them. */

import { byId } from "./elements.js";
import { decode } from "./network.js";

const MARGIN = 0.06; // of the side

/** @param {import("./state.js").State} state */
export function showProjection(state) {
  const { projection } = state.payload;
  byId("projection-part").hidden = projection === null;
  if (projection === null) return;
  const map = {
    state, canvas: byId("projection"), mean: decode(projection.mean).values,
    components: decode(projection.components).values, points: decode(projection.points).values,
    labels: decode(projection.labels).values,
  };
  map.middles = middles(map);
  map.range = rangeOf(map.points);
  state.on("calm", () => paintProjection(map));
}

/** Of each digit, the medians of both coordinates: the middle of its cloud. */
function middles({ points, labels }) {
  const found = [];
  for (const digit of new Set(labels)) {
    const own = [...labels.keys()].filter((i) => labels[i] === digit);
    found.push({ digit, x: middleValue(own.map((i) => points[2 * i])), y: middleValue(own.map((i) => points[2 * i + 1])) });
  }
  return found;
}

function middleValue(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

function rangeOf(points) {
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2 === 1);
  return { left: Math.min(...xs), right: Math.max(...xs), low: Math.min(...ys), high: Math.max(...ys) };
}

/** Where fc1's answer lies on the map. @returns {{x: number, y: number}} */
function project({ mean, components, state }) {
  const { fc1 } = state.answer;
  const [x, y] = [0, 1].map((axis) => fc1.reduce((sum, value, i) =>
    sum + (value - mean[i]) * components[axis * mean.length + i], 0));
  return { x, y };
}

function paintProjection(map) {
  const { state, canvas, points, labels } = map;
  const ratio = window.devicePixelRatio || 1;
  const side = Math.round(canvas.clientWidth * ratio);
  Object.assign(canvas, { width: side, height: side });
  const context = canvas.getContext("2d");
  const place = placer(map, side);
  labels.forEach((digit, i) => {
    const { x, y } = place({ x: points[2 * i], y: points[2 * i + 1] });
    context.fillStyle = state.payload.palette.digits[digit];
    context.globalAlpha = 0.7;
    context.beginPath();
    context.arc(x, y, 2 * ratio, 0, 2 * Math.PI);
    context.fill();
  });
  context.globalAlpha = 1;
  for (const middle of map.middles) drawLabel(context, state, middle, place(middle), ratio);
  const drawing = project(map);
  if (!state.blank) drawDrawing(context, state.theme, place(drawing), ratio);
  byId("projection-text").textContent = state.blank ? state.say("projection-blank")
    : state.say("projection-near", { digit: nearest(map, drawing) });
}

function placer({ range: { left, right, low, high } }, side) {
  const inner = side * (1 - 2 * MARGIN);
  const within = (value) => Math.min(side * 0.98, Math.max(side * 0.02, value));
  return ({ x, y }) => ({
    x: within(side * MARGIN + ((x - left) / (right - left)) * inner),
    y: within(side * MARGIN + ((high - y) / (high - low)) * inner),
  });
}

function nearest({ middles: all }, { x, y }) {
  return all.reduce((best, other) => (Math.hypot(other.x - x, other.y - y) < Math.hypot(best.x - x, best.y - y)
    ? other : best)).digit;
}

function drawLabel(context, { theme, payload }, { digit }, { x, y }, ratio) {
  context.beginPath();
  context.arc(x, y, 10 * ratio, 0, 2 * Math.PI);
  context.fillStyle = theme.background;
  context.fill();
  context.lineWidth = 2 * ratio;
  context.strokeStyle = payload.palette.digits[digit];
  context.stroke();
  Object.assign(context, { fillStyle: theme.text, textAlign: "center", textBaseline: "middle" });
  context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  context.fillText(digit, x, y);
}

/** A cross-hair, so that it is found among a thousand points without its colour. */
function drawDrawing(context, { text, background }, { x, y }, ratio) {
  for (const [colour, width] of [[background, 6], [text, 3]]) {
    context.strokeStyle = colour;
    context.lineWidth = width * ratio;
    context.beginPath();
    context.arc(x, y, 9 * ratio, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * 9 * ratio, y + dy * 9 * ratio);
      context.lineTo(x + dx * 18 * ratio, y + dy * 18 * ratio);
    }
    context.stroke();
  }
}
