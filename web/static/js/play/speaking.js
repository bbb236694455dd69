/**
 * Answering by voice: hold the button (or the space bar, while nothing is typed) and speak, or press it once to begin
 * and once more to send.
 *
 * The recording goes to the server, which hears it. What it is not sure of is asked before anything is judged.
 */
import { ApiError, patch, upload } from "../api.js";
import { $, h } from "../dom.js";
import { BrowserEars, browserHears } from "./browser_ears.js";
import { Microphone, NoMicrophone } from "./microphone.js";
import { waveform } from "./waveform.js";
import { word } from "./words.js";

const HELD_MS = 350; // shorter than this is a press, and the recording goes on until the next one
const AWAY_PX = 90; // letting go this far from the button forgets the recording
const SHORTEST_MS = 300;

export class Speaking {
  #microphone = new Microphone();
  #ears = new BrowserEars();
  #acts;
  #sessionId;
  #hears;
  #longestMs;
  #downAt = null;
  #starting = null; // what becomes of a recording that is not yet running: "wanted", "released" or "cancelled"
  #began = 0;
  #timer = 0;
  #recordings = new Map();
  #closed = false;

  /**
   * `acts`: busy(), sent() -> turnId when words are about to go out, spoke(audioId, turnId), typed(text),
   * confirmed(turnId, text, audioId). `hears`: whether the server has ears; else the browser's own are used.
   */
  constructor({ sessionId, hears, longestSeconds, acts }) {
    this.#acts = acts;
    this.#sessionId = sessionId;
    this.#hears = hears;
    this.#longestMs = longestSeconds * 1000;
    const button = $("mic");
    button.hidden = false;
    button.addEventListener("pointerdown", (event) => this.#down(event));
    button.addEventListener("pointerup", (event) => this.#up(event));
    button.addEventListener("pointercancel", () => this.#cancel());
    button.addEventListener("click", (event) => event.detail === 0 && this.#press()); // keyboard and assistive tools
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#cancel());
    document.addEventListener("keydown", (event) => isSpace(event) && this.#spaceDown(event));
    document.addEventListener("keyup", (event) => isSpace(event) && this.#spaceUp(event));
    $("mic-file").addEventListener("change", () => this.#file($("mic-file").files[0]));
    $("mic-more").addEventListener("toggle", () => $("mic-more").open && this.#offerDevices());
    $("mic-device").addEventListener("change", () => this.#microphone.choose($("mic-device").value));
    $("keep-recordings").addEventListener("change", () => this.#agree());
    $("mic-own").hidden = !hears;
    $("mic-browser").hidden = hears;
    this.#acceptDrops();
    this.#show("ready");
  }

  /** A `transcript` frame: asks what was said, or tells that nothing was heard. */
  transcript(frame) {
    if (frame.heard === "speech") return this.#show("ready");
    this.#show("ready");
    if (frame.heard === "unheard") return this.#tell(frame.message);
    return this.#ask(frame);
  }

  /** The turn was judged: the learner's recording beside the model answer. */
  async judged(turn) {
    const own = this.#recordings.get(turn.turn_id);
    this.#show("ready");
    if (!own) return;
    const waves = await Promise.all([waveform(word("my_recording"), own), turn.model_tts_url ? waveform(word("model_recording"), turn.model_tts_url) : null]);
    const card = document.querySelector(`.verdict[data-turn="${CSS.escape(turn.turn_id)}"]`);
    card?.append(h("div", { class: "waves" }, ...waves));
  }

  /** Something went wrong on the way. True when it was the recording's fault, which the learner is told here. */
  refused(code) {
    this.#show("ready");
    const why = fault(code);
    if (why) this.#tell(why);
    return Boolean(why);
  }

  /** The scene is over. */
  close() {
    this.#closed = true;
    this.#cancel();
  }

  // ── the button ─────────────────────────────────────────────────────────────────────────────

  #down(event) {
    if (event.button !== 0) return;
    if (this.#recording) return; // the second press of a toggle ends on release
    this.#downAt = { at: performance.now(), x: event.clientX, y: event.clientY };
    $("mic").setPointerCapture(event.pointerId);
    this.#begin();
  }

  #up(event) {
    if (this.#downAt === null) {
      if (this.#recording) this.#finish();
      return;
    }
    const { at, x, y } = this.#downAt;
    this.#downAt = null;
    if (performance.now() - at < HELD_MS) return; // a press: recording goes on
    if (this.#starting) this.#starting = "released";
    else if (Math.hypot(event.clientX - x, event.clientY - y) > AWAY_PX) this.#cancel();
    else this.#finish();
  }

  #spaceDown(event) {
    event.preventDefault(); // it would scroll, or press the button a second time
    if (event.repeat || $("mic").disabled || this.#closed || this.#recording) return;
    this.#downAt = { at: performance.now(), x: 0, y: 0 };
    this.#begin();
  }

  #spaceUp(event) {
    event.preventDefault();
    if (!$("mic").disabled) this.#up({ clientX: 0, clientY: 0 });
  }

  #press() {
    if (this.#recording) this.#finish();
    else this.#begin();
  }

  get #recording() {
    return this.#microphone.recording || this.#ears.listening;
  }

  async #begin() {
    if (this.#starting) return undefined;
    this.#acts.busy();
    this.#forgetQuestion();
    if (!this.#hears) return this.#listenInBrowser();
    this.#starting = "wanted";
    try {
      await this.#microphone.begin();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.#downAt = null;
      this.#starting = null;
      return this.#tell(word(`mic_${error.why}`));
    }
    const wanted = this.#starting;
    this.#starting = null;
    if (wanted !== "wanted") {
      this.#cancel(); // let go while the browser still asked for permission
      return wanted === "released" ? this.#tell(word("mic_short")) : undefined;
    }
    this.#began = performance.now();
    this.#show("recording");
    this.#follow();
    return undefined;
  }

  #follow() {
    const step = () => {
      if (!this.#microphone.recording) return;
      const gone = performance.now() - this.#began;
      $("mic-level").style.setProperty("--level", this.#microphone.level.toFixed(3));
      $("mic-time").textContent = `${(gone / 1000).toFixed(1)} / ${this.#longestMs / 1000} s`;
      if (gone > this.#longestMs - 200) return void this.#finish();
      this.#timer = requestAnimationFrame(step);
    };
    step();
  }

  async #finish() {
    cancelAnimationFrame(this.#timer);
    if (this.#ears.listening) return this.#ears.end();
    if (!this.#microphone.recording) return undefined;
    if (performance.now() - this.#began < SHORTEST_MS) {
      this.#cancel();
      return this.#tell(word("mic_short"));
    }
    return this.#send(await this.#microphone.end());
  }

  #cancel() {
    cancelAnimationFrame(this.#timer);
    this.#downAt = null;
    if (this.#starting) this.#starting = "cancelled";
    if (this.#ears.listening) this.#ears.cancel();
    if (!this.#microphone.recording) return;
    this.#microphone.cancel();
    this.#show("ready");
  }

  async #listenInBrowser() {
    if (!browserHears) return this.#tell(word("mic_unsupported"));
    this.#show("listening");
    const { words, why } = await this.#ears.begin();
    this.#show("ready");
    if (words) return this.#acts.typed(words);
    return why ? this.#tell(word(`mic_${why}`)) : undefined;
  }

  // ── sending ────────────────────────────────────────────────────────────────────────────────

  async #file(file) {
    $("mic-file").value = "";
    if (!file) return;
    this.#forgetQuestion();
    await this.#send(file);
  }

  #acceptDrops() {
    const place = $("speak");
    const hasFile = (event) => this.#hears && [...(event.dataTransfer?.types ?? [])].includes("Files");
    place.addEventListener("dragover", (event) => hasFile(event) && event.preventDefault());
    place.addEventListener("drop", (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      this.#file(event.dataTransfer.files[0]);
    });
  }

  async #send(file) {
    this.#show("sending");
    const turnId = this.#acts.sent();
    this.#recordings.set(turnId, file);
    const form = new FormData();
    form.append("session_id", this.#sessionId);
    form.append("audio", file, "answer");
    try {
      const { audio_id: audioId } = await upload("/audio/upload", form, (share) => $("mic-level").style.setProperty("--level", share.toFixed(3)));
      this.#show("hearing");
      this.#acts.spoke(audioId, turnId);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#show("ready");
      this.#tell(refusal(error));
      this.#acts.gaveUp();
    }
  }

  // ── not sure ───────────────────────────────────────────────────────────────────────────────

  #ask({ turn_id: turnId, audio_id: audioId, choices = [], text, message }) {
    const say = (chosen) => {
      this.#forgetQuestion();
      this.#show("hearing");
      this.#acts.confirmed(turnId, chosen, audioId);
    };
    const field = h("input", { class: "field", lang: "ko", maxlength: 300, value: text, "aria-label": word("heard_edit") });
    const form = h("form", { class: "row heard-edit", hidden: true, onsubmit: (event) => { event.preventDefault(); if (field.value.trim()) say(field.value.trim()); } }, field, h("button", { class: "button strong", type: "submit" }, word("send")));
    $("heard").replaceChildren(
      h("p", { class: "heard-question" }, message),
      h("div", { class: "stack heard-choices" }, choices.map((choice) => h("button", { class: "button", type: "button", lang: "ko", onclick: () => say(choice) }, choice))),
      h("div", { class: "row" },
        h("button", { class: "button slim", type: "button", onclick: () => { form.hidden = false; field.focus(); field.select(); } }, word("heard_edit")),
        h("button", { class: "button slim", type: "button", onclick: () => { this.#forgetQuestion(); this.#acts.gaveUp(); $("mic").focus(); } }, word("heard_again")),
      ),
      form,
    );
    $("heard").hidden = false;
    $("heard").querySelector(".heard-choices button")?.focus();
  }

  #forgetQuestion() {
    $("heard").hidden = true;
    $("heard").replaceChildren();
    $("mic-note").hidden = true;
  }

  // ── what is seen ───────────────────────────────────────────────────────────────────────────

  #tell(sentence) {
    $("mic-note").textContent = sentence;
    $("mic-note").hidden = !sentence;
  }

  /** `state`: ready, recording, sending, hearing (the server listens), listening (the browser does). */
  #show(state) {
    $("speak").dataset.voice = state;
    const on = state === "recording" || state === "listening";
    $("mic").setAttribute("aria-pressed", String(on));
    $("mic").setAttribute("aria-label", word(on ? "mic_stop" : "mic_hold"));
    $("mic").title = word(on ? "mic_stop" : "mic_hold");
    $("mic").disabled = state === "sending" || state === "hearing";
    $("mic-bar").hidden = state === "ready";
    $("mic-state").textContent = state === "ready" ? "" : word(`mic_${state}`);
    $("mic-time").textContent = "";
    $("mic-level").style.setProperty("--level", "0");
  }

  async #offerDevices() {
    const devices = await this.#microphone.devices();
    $("mic-device").replaceChildren(
      h("option", { value: "" }, word("mic_default")),
      ...devices.filter(({ id }) => id && id !== "default").map(({ id, label, chosen }) => h("option", { value: id, selected: chosen }, label || id.slice(0, 8))),
    );
  }

  async #agree() {
    try {
      await patch("/me", { keep_recordings: $("keep-recordings").checked });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      $("keep-recordings").checked = !$("keep-recordings").checked;
      this.#tell(word("failed"));
    }
  }
}

const TOO_LONG = ["audio_too_large", "audio_too_long"];
const UNREADABLE = ["empty_audio", "unknown_audio", "broken_audio", "incomplete_audio", "unusual_audio"];

/** What is wrong with a recording, in the learner's words; null when the code tells of something else. */
function fault(code) {
  if (TOO_LONG.includes(code)) return word("mic_long");
  return UNREADABLE.includes(code) ? word("mic_unreadable") : null;
}

/** Why a recording was not taken. */
function refusal({ status, code }) {
  return fault(code) ?? word(status === 400 ? "mic_unreadable" : "failed");
}

const TAKES_SPACE = "input, textarea, select, summary, a, button:not(#mic)";

/** The space bar where nothing else wants it: no field that is written in, no other button. */
function isSpace({ code, target, altKey, ctrlKey, metaKey }) {
  return code === "Space" && !altKey && !ctrlKey && !metaKey && !target.closest?.(TAKES_SPACE);
}
