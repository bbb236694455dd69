/** Plays the NPC's lines and says how loud each moment is, for the mouth. */

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

  /** Loudness now, 0 to 1. */
  loudness = () => {
    if (this.#pretending) return Math.max(0, Math.sin(performance.now() / 70)) * 0.55;
    if (!this.#playing) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.min(1, Math.max(0, (Math.sqrt(power) - QUIET) / (LOUD - QUIET)));
  };

  /** Starts fetching a sound that will be wanted soon. */
  prepare(url) {
    if (!this.#context || this.#muted || this.#sounds.has(url)) return;
    this.#sounds.set(url, this.#fetch(url));
    if (this.#sounds.size > KEPT_SOUNDS) this.#sounds.delete(this.#sounds.keys().next().value);
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
    const source = new AudioBufferSourceNode(this.#context, { buffer: sound });
    source.connect(this.#analyser);
    this.#playing = source;
    const ended = new Promise((resolve) => source.addEventListener("ended", resolve, { once: true }));
    source.start();
    begun();
    await ended;
    if (this.#playing === source) this.#playing = null;
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
    this.#playing?.stop();
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
