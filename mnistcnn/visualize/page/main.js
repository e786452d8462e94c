/**
 * The page comes to life here: every part is given the one state, and the first digit is put on the pad.
 *
 * For tests and the curious, `mnistcnn` in the console holds the network, `forward`, `strokesToImage`, `readPayload` and
 * the state; `stroke-to-paint` measures in the performance timeline say how long a stroke took to be painted.
 */

import { showAnswer } from "./answer.js";
import { strongest } from "./arithmetic.js";
import { doubtOf, loadDoubt, showDoubt } from "./doubt.js";
import { byId, counted, percent } from "./elements.js";
import { offerExamples, testImage } from "./examples.js";
import { showExcitation } from "./excitation.js";
import { offerChoice } from "./found.js";
import { showFool } from "./fool.js";
import { openInspector } from "./inspector.js";
import { showLayers } from "./layers.js";
import { showLinks } from "./links.js";
import { showMorph } from "./morph.js";
import { forward, loadNetwork, readPayload } from "./network.js";
import { openPad } from "./pad.js";
import { showPractice } from "./practice.js";
import { showProjection } from "./projection.js";
import { showSeen } from "./sees.js";
import { State } from "./state.js";
import { strokesToImage } from "./strokes.js";
import { offerTabs } from "./tabs.js";
import { showTeachers } from "./teachers.js";
import { showTeaching } from "./teaching.js";
import { chooseTheme } from "./theme.js";
import { showTimeMachine } from "./time_machine.js";
import { showTraining } from "./training.js";
import { controlUnits } from "./units.js";
import { offerWalk } from "./walk.js";

/** The sections below the network, from top to bottom: each is a function that is given the state and listens to it. */
const SECTIONS = [
  showTimeMachine,
  showMorph,
  showFool,
  showTeachers,
  showTeaching,
  showTraining,
  showProjection,
  showPractice,
];
const FIRST = 7; // the tutorial's first test image is one as well

function openPage() {
  const payload = readPayload();
  const network = loadNetwork(payload.layers);
  const state = new State(payload, network);
  globalThis.mnistcnn = { network, forward, doubtOf, loadDoubt, strokesToImage, readPayload, state };
  chooseTheme(state);
  openPad(state);
  offerChoice(state);
  showSeen(state);
  showAnswer(state);
  showDoubt(state);
  const mosaics = showLayers(state);
  offerTabs(state);
  openInspector(state);
  showExcitation(state);
  showLinks(state, mosaics);
  controlUnits(state);
  offerExamples(state);
  offerWalk(state);
  for (const show of SECTIONS) show(state);
  tellWhatItIs(state);
  start(state);
}

function start(state) {
  const { samples } = state.payload;
  const first = samples.find(({ label }) => label === FIRST) ?? samples[0];
  if (first) state.source = testImage(state, first);
  state.dirty.add("answer");
  state.update();
  state.select(strongest(state.network, state.answer, "conv1"), false);
  requestAnimationFrame(() => requestAnimationFrame(() => {
    document.documentElement.dataset.ready = "true";
  }));
}

/** Where the network comes from, and how exactly the page computes it. */
function tellWhatItIs(state) {
  const { run, step, data, test, parity, parameters, mnistcnn, digest } = state.payload;
  byId("about").textContent = state.say("about", {
    run, step: counted(step), data, accuracy: percent(test.accuracy, 2) });
  byId("parity").textContent = state.say(`parity-${parity.weights}`, {
    parameters: counted(parameters), agree: counted(parity.agree), images: counted(parity.images), data,
    difference: parity.largest_logit_difference.toPrecision(2), version: mnistcnn, digest: digest.slice(0, 12) });
}

openPage();
