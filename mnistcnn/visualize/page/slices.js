/** Slow work, done while nobody draws: only for what is on the screen, and in slices that leave the page responsive. */

const SLICE = 10; // ms

/**
 * Call `act` when an element comes to the screen and, while it is there, whenever the digit has rested.
 *
 * @param {import("./state.js").State} state
 * @param {HTMLElement} element
 * @param {function(): void} act
 */
export function whileSeen(state, element, act) {
  let [seen, stale] = [false, true];
  const work = () => {
    if (!seen || !stale) return;
    stale = false;
    act();
  };
  new IntersectionObserver((entries) => {
    seen = entries.at(-1).isIntersecting;
    work();
  }).observe(element);
  state.on("answer", () => (stale = true));
  state.on("calm", work);
}

/**
 * Run a generator to its end, with a pause for the page after each slice.
 *
 * @template T
 * @param {Generator<number, T>} work yields its progress, 0 to 1
 * @param {{isStale?: function(): boolean, report?: function(number): void}} options isStale: asked after each slice
 * @returns {Promise<T|null>} what the generator returns; null if it became stale
 */
export async function inSlices(work, { isStale = () => false, report = () => {} } = {}) {
  for (;;) {
    const end = performance.now() + SLICE;
    let step = work.next();
    while (!step.done && performance.now() < end) step = work.next();
    if (step.done) return step.value;
    report(step.value);
    await new Promise((resolve) => setTimeout(resolve));
    if (isStale()) return null;
  }
}
