/** Light or dark: as the address says (#theme=dark), else as the visitor's system does, until they switch. */

import { byId } from "./elements.js";
import { coloursOf } from "./colours.js";

/** @param {import("./state.js").State} state */
export function chooseTheme(state) {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const named = new URLSearchParams(location.hash.slice(1)).get("theme");
  apply(state, ["light", "dark"].includes(named) ? named : system.matches ? "dark" : "light");
  byId("theme").addEventListener("click", () => {
    apply(state, state.theme.name === "dark" ? "light" : "dark");
    state.changed("view");
  });
}

function apply(state, name) {
  document.documentElement.dataset.theme = name;
  state.theme = { ...state.payload.palette[name], name };
  state.colours = coloursOf(state.theme);
  byId("theme").textContent = state.say(name === "dark" ? "theme-light" : "theme-dark");
}
