/** The clip that all ears are asked about: recorded here, or a file. */
import { $ } from "../dom.js";
import { Microphone, NoMicrophone } from "../play/microphone.js";
import { waveform } from "../play/waveform.js";

const WHY = {
  denied: "The browser does not let this page use the microphone: allow it with the lock beside the address.",
  none: "No microphone was found: plug one in, or choose a file.",
  insecure: "Browsers record only on https pages and on this machine itself: choose a file instead.",
  unsupported: "This browser cannot record: choose a file instead.",
  failed: "The microphone did not start; another program may be using it.",
};

export class Clip {
  #microphone = new Microphone();
  #longestMs;
  #failed;
  #ready;
  #began = 0;

  /** `ready(file)` is called with each clip, `failed(sentence)` when there is none. */
  constructor({ longestSeconds, failed, ready }) {
    this.#longestMs = longestSeconds * 1000;
    this.#failed = failed;
    this.#ready = ready;
    $("record").addEventListener("click", () => (this.#microphone.recording ? this.#end() : this.#begin()));
    $("clip-file").addEventListener("change", () => {
      const [file] = $("clip-file").files;
      $("clip-file").value = "";
      if (file) this.#take(file);
    });
  }

  async #begin() {
    try {
      await this.#microphone.begin();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      return this.#failed(WHY[error.why]);
    }
    this.#failed("");
    this.#began = performance.now();
    this.#show(true);
    return this.#follow();
  }

  #follow() {
    if (!this.#microphone.recording) return;
    const gone = performance.now() - this.#began;
    $("clip-level").style.setProperty("--level", this.#microphone.level.toFixed(3));
    $("clip-time").textContent = `${(gone / 1000).toFixed(1)} s`;
    if (gone > this.#longestMs - 200) return void this.#end();
    requestAnimationFrame(() => this.#follow());
  }

  async #end() {
    const file = await this.#microphone.end();
    this.#show(false);
    await this.#take(file);
  }

  async #take(file) {
    const wave = await waveform("the clip", file);
    $("clip").replaceChildren(...(wave ? [wave] : []));
    $("clip").hidden = !wave;
    await this.#ready(file);
  }

  #show(recording) {
    $("record").setAttribute("aria-pressed", String(recording));
    $("record").querySelector("span").textContent = recording ? "Stop" : "Record";
    $("clip-bar").hidden = !recording;
  }
}
