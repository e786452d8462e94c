/** What the network sees: the 28 × 28 pixels, and the switch that skips the centring. */

import { scaleOf } from "./colours.js";
import { byId } from "./elements.js";
import { Mosaic } from "./mosaic.js";

const FRAME = { top: 4, left: 4, bottom: 23, right: 23 }; // the 20 × 20 pixels that MNIST's digits fill

/** @param {import("./state.js").State} state */
export function showSeen(state) {
  const mosaic = new Mosaic(byId("sees"), 28, 1);
  const zoom = 4;
  const paint = () => {
    mosaic.paint(state.image, scaleOf(state.colours, "ink", 1), state.colours);
    if (state.centred) drawBox(mosaic, state.theme.faint);
  };
  mosaic.layout(1, zoom, 0);
  state.on("answer", paint);
  state.on("view", () => (mosaic.layout(1, zoom, 0), paint()));
  byId("centred").addEventListener("change", (event) => {
    state.centred = event.target.checked;
    state.changed("answer");
  });
}

function drawBox({ context, zoom, ratio }, colour) {
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1, Math.round(ratio));
  context.setLineDash([2 * zoom, 2 * zoom]);
  const side = (FRAME.right - FRAME.left + 1) * zoom;
  context.strokeRect(FRAME.left * zoom, FRAME.top * zoom, side, side);
  context.setLineDash([]);
}
