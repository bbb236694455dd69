/** The NPC's line: Korean with words to tap, Latin letters, meaning, and why the NPC reacted. */
import { $, h } from "../dom.js";
import { word } from "./words.js";

const SHOWN = { latin: "koto-show-latin", meaning: "koto-show-meaning" };

export class Dialogue {
  #scene;

  constructor(scene) {
    this.#scene = scene;
    for (const [part, key] of Object.entries(SHOWN)) this.#toggle(part, key);
  }

  /** Shows one `npc_line` frame; `before` are the lines that were said just ahead of it. */
  show(line, before = []) {
    const npc = this.#scene.npcs.find((each) => each.id === line.by);
    $("dialogue").hidden = false;
    $("speaker").textContent = npc?.name ?? line.by;
    $("line-before").textContent = before.map((earlier) => earlier.ko).join(" ");
    $("line-ko").replaceChildren(...this.#tappable(line.ko));
    $("line-latin").textContent = line.romanization ?? "";
    $("line-meaning").textContent = line.meaning;
    $("show-latin").hidden = !line.romanization;
    this.#closeGloss();
    const note = this.#scene.notes[line.line_id];
    $("reaction").hidden = !note;
    $("reaction").textContent = note ?? "";
  }

  /** The line as text and buttons: at each start of a word the longest entry of the word list is taken. */
  #tappable(ko) {
    const entries = Object.keys(this.#scene.words).sort((a, b) => b.length - a.length);
    const parts = [];
    let plain = "";
    for (let at = 0; at < ko.length; ) {
      const startsWord = at === 0 || /[\s"'(]/.test(ko[at - 1]);
      const entry = startsWord ? entries.find((each) => ko.startsWith(each, at)) : undefined;
      if (entry) {
        parts.push(plain, this.#wordButton(entry));
        plain = "";
      } else {
        plain += ko[at];
      }
      at += entry ? entry.length : 1;
    }
    return [...parts, plain];
  }

  #wordButton(entry) {
    return h("button", { type: "button", class: "word", "aria-expanded": "false", title: word("word_tap"), onclick: (event) => this.#gloss(entry, event.currentTarget) }, entry);
  }

  #gloss(entry, button) {
    const open = button.getAttribute("aria-expanded") === "true";
    this.#closeGloss();
    if (open) return;
    const { mean, note } = this.#scene.words[entry];
    button.setAttribute("aria-expanded", "true");
    $("gloss").replaceChildren(h("b", { lang: "ko" }, entry), mean, note ? h("small", {}, note) : "");
  }

  #closeGloss() {
    $("gloss").replaceChildren();
    for (const button of $("line-ko").querySelectorAll(".word")) button.setAttribute("aria-expanded", "false");
  }

  #toggle(part, key) {
    const [button, text] = [$(`show-${part}`), $(`line-${part}`)];
    const apply = (shown) => {
      button.setAttribute("aria-pressed", String(shown));
      text.hidden = !shown;
    };
    apply(localStorage.getItem(key) !== "no");
    button.addEventListener("click", () => {
      const shown = text.hidden;
      localStorage.setItem(key, shown ? "yes" : "no");
      apply(shown);
    });
  }
}
