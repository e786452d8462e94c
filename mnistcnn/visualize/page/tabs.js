/** Where the layers do not fit side by side, as on a phone, each is a tab. */

import { LAYERS } from "./arithmetic.js";
import { byId, make } from "./elements.js";

/** @param {import("./state.js").State} state */
export function offerTabs(state) {
  const tabs = LAYERS.map((layer) => make("button", {
    type: "button", role: "tab", id: `tab-${layer}`, "aria-controls": `figure-${layer}`, data: { tab: layer }, text: layer,
    on: { click: () => state.openLayer(layer) } }));
  byId("tabs").append(...tabs);
  byId("tabs").addEventListener("keydown", (event) => {
    const here = LAYERS.indexOf(state.openedLayer);
    const next = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: LAYERS.length - 1 }[event.key];
    if (next === undefined || !LAYERS[next]) return;
    event.preventDefault();
    state.openLayer(LAYERS[next]);
    tabs[next].focus();
  });
  state.openedLayer = "conv1";
  /** Show a layer, if they are tabs. */
  state.openLayer = (layer) => {
    state.openedLayer = layer;
    arrangeTabs(state, tabs);
  };
  state.on("view", () => arrangeTabs(state, tabs));
  let followed = null;
  const follow = () => {
    const { selection, pinned } = state;
    if (pinned && selection !== followed) state.openLayer(selection.layer);
    followed = selection;
  };
  for (const kind of ["answer", "selection", "view"]) state.on(kind, follow);
  arrangeTabs(state, tabs);
}

function arrangeTabs({ inRow, openedLayer }, tabs) {
  byId("tabs").hidden = inRow;
  for (const tab of tabs) {
    const layer = tab.dataset.tab;
    const open = layer === openedLayer;
    tab.setAttribute("aria-selected", String(open));
    tab.tabIndex = open ? 0 : -1;
    const figure = byId(`figure-${layer}`);
    figure.hidden = !inRow && !open;
    for (const [name, value] of [["role", "tabpanel"], ["aria-labelledby", tab.id]]) {
      if (inRow) figure.removeAttribute(name);
      else figure.setAttribute(name, value);
    }
  }
}
