/** Where the simulator begins: a turn, what was said before, tries and points; and whose words are shown. */
import { h } from "../../dom.js";

export class Start {
  element;
  #turn = h("select", { class: "field slim", "aria-label": "Begin in this turn", onchange: () => this.#changed() });
  #pack = h("select", { class: "field slim", "aria-label": "Language of the learner", onchange: () => this.#changed() });
  #tries = h("select", { class: "field slim", "aria-label": "Tries already used", onchange: () => this.#changed() });
  #score = h("input", { class: "field slim", type: "number", min: 0, max: 100, placeholder: "–", "aria-label": "Score of the turns before", onchange: () => this.#changed() });
  #slots = h("div", { class: "slot-fields" });
  #more = h("details", { class: "start-more" });
  #fields = new Map();
  #changed;
  #first = "";
  #wanted = "";
  #offered = "";

  /** `changed()` is called when another start is chosen. */
  constructor(changed) {
    this.#changed = changed;
    this.#more.append(
      h("summary", {}, "Begin with slots, tries, score …"),
      h("div", { class: "start-fields" }, field("Tries used", this.#tries), field("Score so far", this.#score), this.#slots),
    );
    this.element = h("div", { class: "start" }, field("Begin in", this.#turn), field("Learner reads", this.#pack), this.#more);
  }

  set turn(turn) {
    this.#wanted = turn;
    if ([...this.#turn.options].some(({ value }) => value === turn)) this.#turn.value = turn;
  }

  /** As the API takes it. */
  get chosen() {
    const turn = this.#wanted || this.#turn.value;
    const slots = Object.fromEntries([...this.#fields].filter(([, { value }]) => value !== "").map(([id, { value, type }]) => [id, type === "number" ? Number(value) : value]));
    const beginning = { turn: turn && turn !== this.#first ? turn : null, slots, tries: Number(this.#tries.value || 0), score: this.#score.value === "" ? null : Number(this.#score.value) };
    return { beginning, pack: this.#pack.value || "ko-en" };
  }

  /** Whether it begins as every learner begins. */
  get isPlain() {
    const { turn, slots, tries, score } = this.chosen.beginning;
    return turn === null && tries === 0 && score === null && !Object.keys(slots).length;
  }

  /** Back to the beginning of the scene. */
  forget() {
    this.#wanted = "";
    this.#turn.value = this.#first;
    for (const each of this.#fields.values()) each.value = "";
  }

  /** Takes up what a scene has to choose from. */
  offers({ turns, start, packs, slots, max_tries: tries }) {
    const offered = JSON.stringify([turns, start, packs, slots, tries]);
    const chosen = this.chosen;
    this.#wanted = "";
    if (offered === this.#offered) return;
    this.#offered = offered;
    this.#first = start;
    options(this.#turn, turns.map((turn) => [turn, turn === start ? `${turn} (start)` : turn]), chosen.beginning.turn ?? start);
    options(this.#pack, packs.map((pack) => [pack, pack]), packs.includes(chosen.pack) ? chosen.pack : packs[0]);
    options(this.#tries, Array.from({ length: tries }, (_, used) => [String(used), String(used)]), String(chosen.beginning.tries));
    this.#fields = new Map(slots.map((slot) => [slot.id, this.#slot(slot, chosen.beginning.slots[slot.id] ?? "")]));
    this.#slots.replaceChildren(...[...this.#fields].map(([id, input]) => field(id, input)));
  }

  #slot({ id, kind, values, maximum }, value) {
    const attributes = { class: "field slim", "aria-label": `Slot ${id}`, onchange: () => this.#changed() };
    if (kind === "native_number") return h("input", { ...attributes, type: "number", min: 1, max: maximum, placeholder: "–", value });
    const select = h("select", attributes);
    options(select, [["", "–"], ...values.map((each) => [each, each])], values.includes(value) ? value : "");
    return select;
  }
}

const field = (label, input) => h("label", { class: "start-field small" }, h("span", {}, label), input);

function options(select, choices, chosen) {
  select.replaceChildren(...choices.map(([value, label]) => h("option", { value }, label)));
  select.value = chosen;
}
