/**
 * The simulator beside the text: a draft played like a chat, from any turn, with the reasons for every step.
 *
 * The server keeps nothing. The whole way is sent each time, so after a change of the text the same way is gone again, and
 * what became different is said.
 */
import { h, icon } from "../../dom.js";
import { attempt, tell } from "../page.js";
import { insteadOf, rehearsalOf } from "../rehearsal.js";
import { firstDifference } from "./difference.js";
import { Reviews } from "./reviews.js";
import { Start } from "./start.js";
import { opening, stepView } from "./steps.js";

/** Draws into `home`; `show()` of what it gives goes the way again where the text has changed. */
export function mountPlay(home, drafts) {
  const pane = new PlayPane(home, drafts, rehearsalOf(drafts));
  return { show: () => pane.show() };
}

class PlayPane {
  #home;
  #drafts;
  #rehearsal;
  #start;
  #reviews;
  /** What the learner says, one after the other; null asks for a hint. */
  #acts = [];
  /** The answer for the way as it is, and the one that it is compared with. */
  #told = null;
  #before = null;
  #asked = 0;
  #stale = true;
  #opened = new Set();

  #notice = h("p", { class: "graph-notice", role: "status", hidden: true });
  #chat = h("ol", { class: "chat", "aria-label": "The way so far" });
  #quick = h("div", { class: "quick" });
  #answer = h("input", { class: "field", lang: "ko", maxlength: 300, autocomplete: "off", "aria-label": "What the learner says", placeholder: "한국어로 대답하세요" });
  #send = h("button", { class: "button strong", type: "submit" }, icon("send"), "Say");
  #hint = tool("A hint", "hint", () => this.#act(null));
  #back = tool("Step back", "undo", () => this.#cut(this.#acts.length - 1));
  #again = tool("Restart", "repeat", () => this.#cut(0));
  #keep = tool("Save as a test", "check", () => this.#keepAsTest());

  constructor(home, drafts, rehearsal) {
    this.#home = home;
    this.#drafts = drafts;
    this.#rehearsal = rehearsal;
    this.#start = new Start(() => this.#cut(0));
    this.#reviews = new Reviews(rehearsal);
    const form = h("form", { class: "play-answer", onsubmit: (event) => this.#submit(event) }, this.#answer, this.#send);
    const tools = h("div", { class: "row play-tools" }, this.#hint, this.#back, this.#again, this.#keep);
    home.classList.add("play-pane");
    home.replaceChildren(
      h("div", { class: "play-head" }, this.#start.element, this.#reviews.element),
      this.#notice,
      this.#chat,
      h("div", { class: "play-foot" }, this.#quick, form, tools),
    );
    rehearsal.addEventListener("stale", () => {
      this.#stale = true;
      this.show();
    });
    this.#start.turn = rehearsal.wanted;
    rehearsal.addEventListener("begin", ({ detail: { turn } }) => {
      this.#start.turn = turn;
      this.#cut(0);
    });
  }

  /** Goes the way again when the text has changed since, and only where somebody sees it. */
  async show() {
    if (!this.#stale || this.#home.hidden) return;
    this.#stale = false;
    await this.#go();
  }

  /** The way with the acts as they are; a turn or slot that is gone is no reason to lose it. */
  async #go() {
    const mine = (this.#asked += 1);
    const ask = () => this.#rehearsal.ask("try", { ...this.#start.chosen, acts: this.#acts });
    let told = await attempt(async () => {
      try {
        return await ask();
      } catch (error) {
        if (!["no_such_turn", "no_such_slot"].includes(error.code)) throw error;
        this.#start.forget();
        return ask();
      }
    });
    if (mine !== this.#asked) return;
    this.#told = told ?? this.#told;
    if (this.#told) this.#draw();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#answer.value.trim();
    if (text) this.#act(text);
  }

  async #act(act) {
    if (!this.#told || this.#over) return;
    this.#answer.value = "";
    this.#accept();
    this.#acts.push(act);
    await this.#go();
    this.#chat.lastElementChild?.scrollIntoView({ block: "nearest" });
    this.#answer.focus({ preventScroll: true });
  }

  /** Takes back everything from an act on. */
  #cut(from) {
    this.#acts.length = Math.max(0, from);
    this.#accept();
    return this.#go();
  }

  /** From now on a way is compared with what it is now. */
  #accept() {
    this.#before = null;
  }

  get #over() {
    return this.#ends.state !== "active";
  }

  get #ends() {
    return this.#told.steps.at(-1)?.after ?? this.#told.begins;
  }

  // ── drawing ──────────────────────────────────────────────────────────────────────────────────

  #draw() {
    const told = this.#told;
    const changed = this.#before ? firstDifference(this.#before, told) : null;
    if (!this.#before) this.#before = told;
    this.#start.offers(told);
    this.#notice.textContent = insteadOf(told.basis);
    this.#notice.hidden = !this.#notice.textContent;
    const steps = told.steps.map((step, index) =>
      stepView(step, {
        changed: changed?.at === index ? changed.words : null,
        isOpen: this.#opened.has(index),
        toggled: (open) => this.#opened[open ? "add" : "delete"](index),
        reveal: (place) => attempt(() => this.#rehearsal.reveal(place)),
        backTo: () => this.#cut(index),
        accept: () => {
          this.#accept();
          this.#draw();
        },
      }),
    );
    const opens = opening(told, changed?.at === -1 ? changed.words : null);
    this.#chat.replaceChildren(opens, ...steps, ...(told.left ? [leftView(told.left)] : []), ...(this.#over ? [overView(this.#ends)] : []));
    this.#drawFoot(told);
    this.#rehearsal.stands({ turn: this.#ends.turn, ending: this.#ends.ending ?? "" });
    if (changed) this.#chat.querySelector(".changed-note")?.scrollIntoView({ block: "nearest" });
  }

  #drawFoot(told) {
    const over = this.#over;
    for (const each of [this.#answer, this.#send, this.#hint]) each.disabled = over;
    for (const each of [this.#back, this.#again, this.#keep]) each.disabled = !this.#acts.length;
    const say = (text, kind, title) => h("button", { class: `say ${kind}`, type: "button", lang: "ko", title, onclick: () => this.#act(text) }, text);
    const seen = new Set([told.model]);
    const examples = told.examples.filter(({ text }) => !seen.has(text) && seen.add(text));
    this.#quick.replaceChildren(
      ...(over
        ? []
        : [
            say(told.model, "model", "The model answer"),
            ...examples.map(({ intent, text }) => say(text, "", `An example of ${intent}`)),
            ...told.mistakes.map((text) => say(text, "wrong", "As learners may get it wrong")),
          ]),
    );
  }

  // ── keeping ──────────────────────────────────────────────────────────────────────────────────

  async #keepAsTest() {
    const file = `${this.#rehearsal.folder}tests.yaml`;
    const reaches = this.#over && this.#start.isPlain;
    const name = reaches ? prompt("Who plays this way? A few words for the test:", "") : "-";
    if (!name?.trim()) return;
    let before;
    const kept = await attempt(async () => {
      if (this.#drafts.files.includes(file)) await this.#drafts.open(file);
      before = this.#drafts.text(file);
      const body = { beginning: this.#start.chosen.beginning, acts: this.#acts.slice(0, this.#told.steps.length), name: name.trim() };
      return this.#rehearsal.ask("tests", { ...body, digest: this.#drafts.digest(file) });
    });
    if (!kept) return;
    this.#drafts.wasSaved(kept.draft, before, "simulator");
    tell(kept.added ? `${kept.added} ${kept.added === 1 ? "row" : "rows"} added to tests.yaml.` : "tests.yaml says all of this already.", "good");
  }
}

const tool = (label, name, act) => h("button", { class: "button slim", type: "button", onclick: act }, icon(name), label);

const leftView = (left) => h("li", { class: "after-end small" }, `The scene is over now. ${left === 1 ? "One answer" : `${left} answers`} that came later ${left === 1 ? "is" : "are"} kept, in case it goes on again.`);

const overView = ({ ending, result, score }) =>
  h("li", { class: `over ${result}` }, h("b", {}, `Ending: ${ending}`), h("span", {}, `${result === "pass" ? "passed" : "to be tried again"}, ${score} points`));
