/** What the learner is to do now, how far the scene is, and what has been said already. */
import { $, h, icon } from "../dom.js";
import { word } from "./words.js";

export class Goals {
  #scene;
  #filled = new Map();

  constructor(scene) {
    this.#scene = scene;
    $("slots").setAttribute("aria-label", word("collected"));
    this.#slots([]);
    this.turn(scene.turns[0].id);
  }

  /** Shows the goal of a turn of the scene. */
  turn(turnId) {
    const at = this.#scene.turns.findIndex((turn) => turn.id === turnId);
    if (at < 0) return;
    $("goal-text").textContent = this.#scene.turns[at].goal;
    $("goal-step").textContent = `${at + 1}/${this.#scene.turns.length}`;
    $("steps").replaceChildren(
      ...this.#scene.turns.map((_, i) => h("li", { class: i < at ? "done" : i === at ? "now" : null })),
    );
  }

  /** Takes over a session as the server has it (GET /sessions/{id}). */
  session(view) {
    if (view.state === "finished") $("steps").querySelectorAll("li").forEach((step) => (step.className = "done"));
    else this.turn(view.turn);
    this.#slots(view.slots);
  }

  #slots(held) {
    const now = new Map(held.map((slot) => [slot.slot, slot]));
    $("slots").replaceChildren(...this.#scene.slots.map((slot) => this.#slot(slot, now.get(slot.id))));
    this.#filled = now;
  }

  #slot(slot, held) {
    const fresh = held && !this.#filled.has(slot.id);
    const kind = held ? `slot filled ${held.by_learner ? "" : "given"} ${fresh ? "fresh" : ""}` : "slot";
    const text = held ? `${slot.name}: ${held.label ?? held.value}` : slot.name;
    return h("li", { class: kind, "data-slot": slot.id }, h("i", {}, held ? icon("check") : null), text);
  }
}
