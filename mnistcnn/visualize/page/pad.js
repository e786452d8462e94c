/**
 * The drawing pad: mouse, finger, pen or keyboard → lines, in units of the pad's side.
 *
 * With the keyboard a cursor is moved by the arrow keys (diagonally by Home, End, Page Up and Page Down; further with
 * Shift); Space puts the pen down and lifts it; 1 to 9 choose among the digits of an image.
 */

import { byId } from "./elements.js";
import { paintMap, scaleOf } from "./colours.js";
import { digitAt, onPad } from "./found.js";
import { PEN_WIDTH } from "./strokes.js";

const STEP = 1 / 28;
const FAR = 4; // steps with Shift
const MOVES = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
};
const REMEMBERED = 200; // drawings that Undo can bring back

/** @param {import("./state.js").State} state */
export function openPad(state) {
  const canvas = byId("pad");
  const pad = { state, canvas, context: canvas.getContext("2d"), history: [], cursor: null, down: false };
  listenToPointer(pad);
  listenToKeys(pad);
  byId("clear").addEventListener("click", () => replace(pad, { strokes: [] }));
  byId("undo").addEventListener("click", () => undo(pad));
  state.on("answer", () => paintPad(pad));
  state.on("view", () => paintPad(pad));
  /** Put another digit on the pad; Undo brings back what was there. */
  state.load = (source) => replace(pad, source);
}

function replace(pad, source) {
  pad.history.push(pad.state.source);
  if (pad.history.length > REMEMBERED) pad.history.shift();
  show(pad, source);
}

function undo(pad) {
  if (pad.history.length > 0) show(pad, pad.history.pop());
}

function show(pad, source, since = null) {
  byId("file-error").textContent = "";
  pad.down = false;
  pad.state.source = source;
  pad.state.changed("answer", since);
}

/** Begin a line: what was drawn stays; an image that was loaded gives way. */
function beginStroke(pad, point, since) {
  const strokes = pad.state.source.strokes ?? [];
  replace(pad, { strokes: [...strokes, [point]] });
  pad.state.changed("answer", since);
}

function continueStroke(pad, point, since) {
  const { strokes } = pad.state.source;
  strokes[strokes.length - 1].push(point);
  pad.state.changed("answer", since);
}

function listenToPointer(pad) {
  const { canvas } = pad;
  let drawing = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || drawing !== null) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    const found = digitAt(pad.state.source, pointOf(canvas, event));
    if (found >= 0 && pad.state.source.digits.length > 1) {
      pad.state.choose(found);
      return;
    }
    canvas.setPointerCapture(event.pointerId);
    drawing = event.pointerId;
    pad.cursor = null;
    beginStroke(pad, pointOf(canvas, event), event.timeStamp);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    // All places since the last frame, where the browser tells them: quick strokes stay round.
    const places = event.getCoalescedEvents?.() ?? [];
    for (const place of places.length > 0 ? places : [event]) {
      continueStroke(pad, pointOf(canvas, place), event.timeStamp);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId === drawing) drawing = null;
    });
  }
}

function pointOf(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return {
    x: within((event.clientX - box.left - canvas.clientLeft) / canvas.clientWidth),
    y: within((event.clientY - box.top - canvas.clientTop) / canvas.clientHeight),
  };
}

function within(value) {
  return Math.min(1, Math.max(0, value));
}

function listenToKeys(pad) {
  pad.canvas.addEventListener("keydown", (event) => {
    const undoing = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (undoing) undo(pad);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Delete") replace(pad, { strokes: [] });
    else if (/^[1-9]$/.test(event.key)) pad.state.choose(Number(event.key) - 1);
    else if (event.key === " ") switchPen(pad, event.timeStamp);
    else if (MOVES[event.key]) moveCursor(pad, MOVES[event.key], event);
    else return;
    event.preventDefault();
  });
  pad.canvas.addEventListener("blur", () => {
    pad.down = false;
    pad.cursor = null;
    pad.state.changed("view");
  });
  pad.canvas.addEventListener("focus", () => {
    if (!pad.canvas.matches(":focus-visible")) return;
    pad.cursor ??= { x: 0.5, y: 0.25 };
    pad.state.changed("view");
  });
}

function switchPen(pad, since) {
  pad.cursor ??= { x: 0.5, y: 0.25 };
  if (pad.down) {
    pad.down = false;
    pad.state.changed("view");
  } else {
    beginStroke(pad, { ...pad.cursor }, since);
    pad.down = true;
  }
  byId("pen").textContent = pad.state.say(pad.down ? "pen-down" : "pen-up");
}

function moveCursor(pad, [right, down], { shiftKey, timeStamp }) {
  const far = shiftKey ? FAR * STEP : STEP;
  const from = pad.cursor ?? { x: 0.5, y: 0.25 };
  pad.cursor = { x: within(from.x + right * far), y: within(from.y + down * far) };
  if (pad.down) continueStroke(pad, { ...pad.cursor }, timeStamp);
  else pad.state.changed("view");
}

function paintPad(pad) {
  const { canvas, context, state } = pad;
  const side = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
  if (canvas.width !== side || canvas.height !== side) canvas.width = canvas.height = side;
  const { background, text, blue } = state.theme;
  context.fillStyle = background;
  context.fillRect(0, 0, side, side);
  if (state.source.strokes) drawLines(context, state.source.strokes, side, text);
  else drawImage(context, state, side);
  if (pad.cursor) drawCursor(context, pad, side, blue);
  byId("pad-hint").hidden = !(state.source.strokes?.length === 0);
}

function drawLines(context, strokes, side, colour) {
  Object.assign(context, { lineWidth: PEN_WIDTH * STEP * side, lineCap: "round", lineJoin: "round" });
  context.strokeStyle = colour;
  for (const points of strokes) {
    context.beginPath();
    context.moveTo(points[0].x * side, points[0].y * side);
    for (const { x, y } of points) context.lineTo(x * side, y * side);
    context.stroke();
  }
}

function drawImage(context, { colours, theme, source }, side) {
  const { image, bitmap, digits } = source;
  if (bitmap) {
    const shrink = side / Math.max(bitmap.width, bitmap.height);
    const [width, height] = [bitmap.width * shrink, bitmap.height * shrink];
    context.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height);
    if (digits.length > 1) drawBoxes(context, source, side, theme);
    return;
  }
  const pixels = new ImageData(28, 28);
  const target = { data: new Uint32Array(pixels.data.buffer), width: 28 };
  paintMap(target, 0, 0, { values: image, first: 0, step: 1, side: 28 }, 1, scaleOf(colours, "ink", 1));
  const small = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  small.getContext("2d").putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, side, side);
}

/** Around each digit that was found, the chosen one's the strongest. */
function drawBoxes(context, { digits, chosen, picture }, side, { blue, background }) {
  digits.forEach(({ box }, i) => {
    const { left, top, right, bottom } = onPad(box, picture);
    for (const [colour, width] of [[background, 5], [blue, i === chosen ? 4 : 1.5]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: (width * side) / 252 });
      context.strokeRect(left * side, top * side, (right - left) * side, (bottom - top) * side);
    }
  });
}

function drawCursor(context, { cursor, down }, side, colour) {
  const [x, y, radius] = [cursor.x * side, cursor.y * side, (down ? 0.6 : 1.2) * PEN_WIDTH * STEP * side];
  context.strokeStyle = colour;
  context.lineWidth = side / 120;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.moveTo(x - 1.6 * radius, y);
  context.lineTo(x + 1.6 * radius, y);
  context.moveTo(x, y - 1.6 * radius);
  context.lineTo(x, y + 1.6 * radius);
  context.stroke();
}
