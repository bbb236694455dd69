/** Plays the NPC's lines and says what the mouth does in each moment. */
import { shapeAt } from "./mouth.js";

const QUIET = 0.012; // root mean square below which the mouth stays closed
const LOUD = 0.2;
const KEPT_SOUNDS = 32;
const RESUME_WITHIN_MS = 1000;

export class Voice {
  #context = null;
  #analyser = null;
  #samples = null;
  #playing = null;
  #pretending = null;
  #muted = false;
  #sounds = new Map();
  #tracks = new Map();

  /** Must be called from a click or a key: browsers give sound to nobody else. */
  async begin() {
    this.#context ??= new AudioContext();
    if (!this.#analyser) {
      this.#analyser = new AnalyserNode(this.#context, { fftSize: 1024, smoothingTimeConstant: 0.4 });
      this.#samples = new Float32Array(this.#analyser.fftSize);
      this.#analyser.connect(this.#context.destination);
    }
    const patience = new Promise((resolve) => setTimeout(resolve, RESUME_WITHIN_MS));
    await Promise.race([this.#context.resume(), patience]); // a machine without sound never answers
  }

  get muted() {
    return this.#muted;
  }

  set muted(yes) {
    this.#muted = yes;
    if (yes) this.hush();
  }

  /**
   * The mouth now: `{open, round}`, each 0 to 1. A line with a track of its mouth is followed by the position of its
   * sound, so the two cannot drift; another one by its loudness.
   */
  mouth = () => {
    if (this.#pretending) return { open: Math.max(0, Math.sin(performance.now() / 70)) * 0.55, round: 0 };
    if (!this.#playing) return { open: 0, round: 0 };
    const { track, began } = this.#playing;
    return track ? shapeAt(track, this.#context.currentTime - began) : { open: this.#loudness(), round: 0 };
  };

  #loudness() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.min(1, Math.max(0, (Math.sqrt(power) - QUIET) / (LOUD - QUIET)));
  }

  /** Starts fetching a sound that will be wanted soon, and the track of its mouth where it has one. */
  prepare(url, visemesUrl) {
    if (!this.#context || this.#muted) return;
    if (visemesUrl && !this.#tracks.has(url)) keep(this.#tracks, url, fetchTrack(visemesUrl));
    if (!this.#sounds.has(url)) keep(this.#sounds, url, this.#fetch(url));
  }

  /**
   * Plays one line to its end. `begun` is called when the sound begins. Resolves to false when there is
   * nothing to hear: muted, no sound allowed, or the file cannot be had.
   */
  async play(url, begun = () => {}) {
    if (this.#muted || this.#context?.state !== "running") return false;
    this.hush();
    this.prepare(url);
    const sound = await this.#sounds.get(url);
    if (!sound) this.#sounds.delete(url);
    if (!sound || this.#muted) return false;
    const track = await this.#tracks.get(url);
    const source = new AudioBufferSourceNode(this.#context, { buffer: sound });
    source.connect(this.#analyser);
    this.#playing = { source, track, began: this.#context.currentTime };
    const ended = new Promise((resolve) => source.addEventListener("ended", resolve, { once: true }));
    source.start();
    begun();
    await ended;
    if (this.#playing?.source === source) this.#playing = null;
    return true;
  }

  /** Moves the mouth without a sound, for as long as reading the line takes. */
  async pretend(ms) {
    await new Promise((resolve) => {
      this.#pretending = { resolve, timer: setTimeout(resolve, ms) };
    });
    this.#pretending = null;
  }

  /** Stops what is being said. */
  hush() {
    this.#playing?.source.stop();
    this.#playing = null;
    if (this.#pretending) clearTimeout(this.#pretending.timer);
    this.#pretending?.resolve();
  }

  async #fetch(url) {
    try {
      const answer = await fetch(url);
      return answer.ok ? await this.#context.decodeAudioData(await answer.arrayBuffer()) : null;
    } catch (error) {
      if (error instanceof TypeError || error instanceof DOMException) return null; // offline, or not a sound
      throw error;
    }
  }
}

function keep(table, url, what) {
  table.set(url, what);
  if (table.size > KEPT_SOUNDS) table.delete(table.keys().next().value);
}

/** The track of a mouth as the server gives it; null when it has none. */
async function fetchTrack(url) {
  try {
    const answer = await fetch(url);
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return null;
    throw error;
  }
}
