/**
 * The pane beside the text: tabs, of which one is shown. On very wide windows those of one `group` stand in it together.
 *
 * A side is { name, title, show, group }. `show(home)` is called each time its tab is chosen after `begin()`, and when
 * `refresh()` says that what it shows may be out of date.
 */
import { h } from "../dom.js";
import { attempt } from "./page.js";

const WIDE = matchMedia("(min-width: 1700px)");

export class Sides {
  #sides;
  #shown;
  #homes = new Map();
  #tabs = new Map();
  #begun = false;

  constructor(tabs, body, sides) {
    this.#sides = sides;
    this.#shown = sides[0];
    for (const side of sides) {
      const home = h("section", { class: "side", id: side.name, "aria-label": side.title, hidden: true });
      const tab = h("button", { type: "button", "data-side": side.name, onclick: () => this.show(side.name) }, side.title);
      this.#homes.set(side, home);
      this.#tabs.set(side, tab);
      tabs.append(tab);
      body.append(home);
    }
    WIDE.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  /** From now on what is seen is shown; until then there are only the tabs. Ends when it has been shown. */
  begin() {
    this.#begun = true;
    return this.#draw();
  }

  /** Chooses a tab by the name of its side. */
  show(name) {
    this.#shown = this.#sides.find((side) => side.name === name);
    this.#draw();
  }

  /** Shows again what is seen. */
  async refresh() {
    if (!this.#begun) return;
    await Promise.all(this.#seen().map((side) => attempt(() => side.show(this.#homes.get(side)))));
  }

  #seen() {
    const together = (side) => WIDE.matches && side.group && side.group === this.#shown.group;
    return this.#sides.filter((side) => side === this.#shown || together(side));
  }

  #draw() {
    const seen = this.#seen();
    for (const side of this.#sides) {
      this.#homes.get(side).hidden = !seen.includes(side);
      this.#tabs.get(side).setAttribute("aria-pressed", String(seen.includes(side)));
    }
    return this.refresh();
  }
}
