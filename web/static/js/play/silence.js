/** When a learner says nothing for a while, help is offered; nothing is ever sent behind their back. */
import { $ } from "../dom.js";

export class Silence {
  #seconds;
  #timer = 0;
  #passed = false;

  /** `pass()` lets the NPC react to silence: the learner may ask for that once per turn of the scene. */
  constructor({ seconds, hint, pass }) {
    this.#seconds = seconds;
    $("silence-hint").addEventListener("click", () => this.#choose(hint));
    $("silence-wait").addEventListener("click", () => this.#choose(() => {}));
    $("silence-pass").addEventListener("click", () => {
      this.#passed = true;
      this.#choose(pass);
    });
    $("answer").addEventListener("input", () => this.stop());
  }

  /** The NPC has finished speaking and it is the learner's turn. */
  listen() {
    this.stop();
    this.#timer = setTimeout(() => this.#offer(), this.#seconds * 1000);
  }

  stop() {
    clearTimeout(this.#timer);
    $("silence").hidden = true;
  }

  /** Another turn of the scene: silence may be passed on again. */
  newTurn() {
    this.#passed = false;
  }

  #offer() {
    if ($("answer").value.trim()) return;
    $("silence-pass").hidden = this.#passed;
    $("silence").hidden = false;
  }

  #choose(act) {
    this.stop();
    act();
    $("answer").focus();
  }
}
