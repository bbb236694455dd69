/** A stored session: the recordings that were kept of it, each beside the model answer. */
import { ApiError, file } from "./api.js";
import { h } from "./dom.js";
import { waveform } from "./play/waveform.js";

async function show(place) {
  const { audio, model } = place.dataset;
  place.querySelector("button").disabled = true;
  let waves;
  try {
    const own = await file(`/audio/download/${encodeURIComponent(audio)}?here=true`);
    waves = await Promise.all([waveform("The recording", own), waveform("A good answer", model)]);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    waves = [h("p", { class: "small soft" }, error.message)];
  }
  const shown = waves.filter(Boolean);
  place.replaceChildren(...(shown.length ? shown : [h("p", { class: "small soft" }, "This browser cannot play the recording.")]));
}

for (const place of document.querySelectorAll("[data-audio]")) {
  place.querySelector("button").addEventListener("click", () => show(place));
}
