/** Small helpers for elements, words and numbers. */

/** @returns {HTMLElement} the element with that id */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Object} properties `class`, `text`, `data` (for data-…), `on` (listeners by event); others are attributes
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") Object.entries(value).forEach(([event, act]) => element.addEventListener(event, act));
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/**
 * Fill a sentence in.
 *
 * @param {string} sentence with {names} in braces
 * @param {Object<string, string|number>} facts
 */
export function filled(sentence, facts) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/** A number with a real minus sign. @param {number} value @param {number} digits after the point */
export function shown(value, digits = 3) {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A number for a narrow cell: three digits that count, and never more than five signs and the minus. */
export function compact(value) {
  const size = Math.abs(value);
  if (size >= 9999.5) return value.toExponential(0).replace("e+", "e").replace("-", "−");
  return shown(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** As `shown`, with a sign unless it is 0. */
export function signed(value, digits = 3) {
  return withSign(shown(value, digits));
}

/** As `compact`, with a sign unless it is 0. */
export function compactSigned(value) {
  return withSign(compact(value));
}

function withSign(text) {
  return text.startsWith("−") || Number(text) === 0 ? text : `+${text}`;
}

/** A share of 1 in whole percent, but neither 0 nor 100 unless it is. */
export function percent(share, digits = 0) {
  const least = 10 ** -digits;
  const value = share * 100;
  if (value > 0 && value < least / 2) return `<${least} %`;
  if (value < 100 && value > 100 - least / 2) return `>${(100 - least).toFixed(digits)} %`;
  return `${value.toFixed(digits)} %`;
}

/** As `percent`, for what a softmax gives: never 0 or 1, although it may be rounded to them. */
export function certainty(share, digits = 0) {
  return percent(Math.min(Math.max(share, Number.MIN_VALUE), 1 - Number.EPSILON), digits);
}

/** Thousands are set apart by commas, as on the sheets. */
export function counted(count) {
  return count.toLocaleString("en-US");
}

/** Whether the visitor asked their system for little motion. */
export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Hand a file to the visitor. */
export function download(name, blob) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
