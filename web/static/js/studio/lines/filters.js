/** Which rows are wanted: by state, kind and words, in the packs that are shown. */
import { $ } from "../../dom.js";

const PAUSE_MS = 60; // between two letters of one who types fast

export class Filters {
  #only = "all";
  #packs = [];
  #changed;

  /** `changed()` is called whenever other rows are wanted. */
  constructor(changed) {
    this.#changed = changed;
    let timer = 0;
    $("words").addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(changed, PAUSE_MS);
    });
    $("kind").addEventListener("change", changed);
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    for (const button of $("filters").querySelectorAll("[data-only]")) {
      button.addEventListener("click", () => this.choose(button.dataset.only));
    }
  }

  /** Packs whose states count. */
  set packs(ids) {
    this.#packs = ids;
  }

  choose(only) {
    this.#only = only;
    for (const button of $("filters").querySelectorAll("[data-only]")) button.setAttribute("aria-pressed", String(button.dataset.only === only));
    this.#changed();
  }

  /** A test of rows as the controls stand now. */
  test(sheet) {
    const words = $("words").value.normalize("NFC").trim().toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = $("kind").value ? $("kind").value.split(" ") : null;
    const [only, packs] = [this.#only, this.#packs];
    return (row, text) => {
      if (kinds && !kinds.includes(row.kind)) return false;
      if (words.some((word) => !text.includes(word))) return false;
      if (only === "all") return true;
      if (only === "findings") return sheet.hasFindings(row);
      return packs.some((pack) => row.cells[pack]?.state === only);
    };
  }
}
