/** The hints given in this turn, the newest rung on top. */
import { $, h, icon } from "../dom.js";
import { word } from "./words.js";

export class Ladder {
  #say;
  #turn = null;

  /** `say(url)` lets the learner hear a model answer. */
  constructor(say) {
    this.#say = say;
  }

  /** Adds one `hint` frame; the same rung again moves to the top. */
  add(hint) {
    if (hint.turn !== this.#turn) this.clear(hint.turn);
    $("ladder").querySelector(`[data-step="${hint.step}"]`)?.remove();
    $("ladder").prepend(this.#rung(hint));
    if (this.#asked) $("ladder").scrollIntoView({ block: "nearest", behavior: "smooth" });
    this.#asked = false;
  }

  /** The learner wants the next rung, and is to see it; one that comes with a result leaves that in sight. */
  asked() {
    this.#asked = true;
  }
  #asked = false;

  /** Another turn has begun: its ladder is empty. */
  clear(turn) {
    if (turn === this.#turn) return;
    this.#turn = turn;
    $("ladder").replaceChildren();
  }

  #rung(hint) {
    return h(
      "li",
      { class: "rung", "data-step": hint.step },
      h("span", { class: "kind" }, word(`hint_${hint.kind}`)),
      h("span"),
      h("span", { class: "of" }, `${hint.step}/${hint.of}`),
      hint.text ? h("p", {}, hint.text) : null,
      hint.ko ? h("p", { lang: "ko" }, hint.ko) : null,
      hint.tts_url ? h("button", { type: "button", class: "button slim", onclick: () => this.#say(hint.tts_url) }, icon("sound"), word("model")) : null,
    );
  }
}
