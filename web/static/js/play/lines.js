/** The NPC's lines in order: each is shown, acted and spoken before the next one begins. */

const READING_MS = 700; // how long an unheard line stays, at least
const READING_MS_PER_LETTER = 70;

export class Lines extends EventTarget {
  #dialogue;
  #stage;
  #voice;
  #waiting = [];
  #round = 0;
  #busy = false;

  /** `stage` may be null when the place is not drawn. Fires "heard" {turnId} and, after the last line, "quiet". */
  constructor({ dialogue, stage, voice }) {
    super();
    this.#dialogue = dialogue;
    this.#stage = stage;
    this.#voice = voice;
    stage?.follow(voice.mouth);
  }

  /** True while a line is being said. */
  get busy() {
    return this.#busy;
  }

  /** Adds an `npc_line` frame. */
  add(line) {
    this.#voice.prepare(line.tts_url, line.visemes_url);
    this.#waiting.push(line);
    if (!this.#busy) this.#run();
  }

  /** Shows a line from before, without its sound. */
  recall(line) {
    this.#dialogue.show(line);
    this.#stage?.show({ emotion: line.cue.emotion, prop: line.cue.prop });
  }

  /** Stops speaking; what waits is shown at once, down to the last line. */
  cutShort() {
    this.#round += 1;
    this.#busy = false;
    const last = this.#waiting.at(-1);
    this.#waiting = [];
    this.#voice.hush();
    this.#stage?.speaking(false);
    if (last) this.recall(last);
  }

  async #run() {
    const round = this.#round;
    this.#busy = true;
    const before = [];
    while (this.#waiting.length > 0) {
      const line = this.#waiting.shift();
      await this.#say(line, before);
      if (round !== this.#round) return;
      before.push(line);
    }
    this.#busy = false;
    this.dispatchEvent(new CustomEvent("quiet"));
  }

  async #say(line, before) {
    this.#dialogue.show(line, before);
    this.#stage?.show(line.cue);
    this.#stage?.speaking(true);
    const begun = () => this.dispatchEvent(new CustomEvent("heard", { detail: { turnId: line.turn_id } }));
    const heard = await this.#voice.play(line.tts_url, begun);
    if (!heard) await this.#voice.pretend(READING_MS + READING_MS_PER_LETTER * line.ko.length);
    this.#stage?.speaking(false);
  }
}
