/** Of a picture with several digits, the person chooses one: by a button, by a click on it, or by a number key on the pad. */

import { byId, make } from "./elements.js";

/** @param {import("./state.js").State} state */
export function offerChoice(state) {
  let listed = null;
  /** Show another digit of the picture, counted from 0. */
  state.choose = (chosen) => {
    if (!state.source.digits?.[chosen]) return;
    state.source = { ...state.source, chosen };
    state.changed("answer");
  };
  state.on("answer", () => {
    const { digits = [], chosen } = state.source;
    byId("found").hidden = digits.length < 2;
    if (digits.length < 2) return;
    if (listed !== digits) listChoices(state);
    listed = digits;
    [...byId("found-choices").children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === chosen)));
  });
}

function listChoices(state) {
  const { digits, file } = state.source;
  const count = digits.length;
  byId("found-title").textContent = state.say("found-title", { count, name: file });
  byId("found-choices").replaceChildren(...digits.map((_, i) => make("button", {
    type: "button", text: i + 1, "aria-label": state.say("found-choose", { number: i + 1, count }),
    on: { click: () => state.choose(i) } })));
}

/** Which digit of a picture lies at a point of the pad, 0 to 1; -1 if none does. */
export function digitAt({ digits = [], picture }, { x, y }) {
  return digits.findIndex(({ box }) => {
    const { left, top, right, bottom } = onPad(box, picture);
    return x >= left && x <= right && y >= top && y <= bottom;
  });
}

/** A box of a picture's pixels in units of the pad's side, on which the whole picture stands in the middle. */
export function onPad({ left, top, right, bottom }, { width, height }) {
  const side = Math.max(width, height);
  const [x, y] = [(side - width) / 2, (side - height) / 2];
  return { left: (left + x) / side, top: (top + y) / side, right: (right + x) / side, bottom: (bottom + y) / side };
}
