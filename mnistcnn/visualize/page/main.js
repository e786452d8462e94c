import { decodeImage, forward, loadNetwork, readPayload } from "./network.js";
import { strokesToImage } from "./strokes.js";

const payload = readPayload();
const network = loadNetwork(payload.layers);
const state = { strokes: [], image: decodeImage(payload.samples[0].image), answer: null };
globalThis.mnistcnn = { network, forward, strokesToImage, readPayload, state };
state.answer = forward(network, state.image);
document.getElementById("summary").textContent = `predicts ${state.answer.prediction}`;
document.documentElement.dataset.ready = "true";
