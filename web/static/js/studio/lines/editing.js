/** Writing in the table: the keyboard, a field in the place of a text, and what becomes of it. */
import { h } from "../../dom.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const LONGEST = 1000;

export class Editing {
  #sheet;
  #acts;
  #open = null;
  /** "id column" -> what was typed and is not saved. */
  #kept = new Map();

  /** `acts`: write(row, column, text, was) -> "saved", "theirs" or "kept" (not saved); listen(row). */
  constructor(home, sheet, acts) {
    this.#sheet = sheet;
    this.#acts = acts;
    home.addEventListener("keydown", (event) => this.#key(event));
    home.addEventListener("focusin", ({ target }) => target.matches(".cell") && sheet.choose(target));
    home.addEventListener("click", ({ target }) => this.#click(target));
    home.addEventListener("dblclick", ({ target }) => target.closest(".cell") && this.#edit(target.closest(".cell")));
  }

  /** How many texts were typed and are not saved. */
  get unsaved() {
    return this.#kept.size + (this.#open && this.#open.field.value !== this.#open.before ? 1 : 0);
  }

  #click(target) {
    const cell = target.closest(".cell");
    if (!cell || target.closest("button, textarea")) return;
    const again = cell === document.activeElement && cell.classList.contains("clicked");
    cell.focus();
    if (again) this.#edit(cell);
    document.querySelector(".cell.clicked")?.classList.remove("clicked");
    cell.classList.add("clicked");
  }

  #key(event) {
    if (event.target.matches(".cell textarea")) return this.#keyInField(event);
    const cell = event.target.closest(".cell");
    if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    if (event.key in MOVES) {
      event.preventDefault();
      return this.#sheet.beside(cell, ...MOVES[event.key])?.focus();
    }
    if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      return this.#edit(cell);
    }
    if (event.key === " ") {
      event.preventDefault();
      const row = this.#sheet.row(cell.dataset.id);
      return row.spoken ? this.#acts.listen(row) : undefined;
    }
    return undefined;
  }

  /** Letters that are still being put together (Korean, Japanese) keep their Enter and Escape. */
  #keyInField(event) {
    if (event.isComposing) return;
    const { cell } = this.#open;
    if (event.key === "Escape") {
      event.preventDefault();
      this.#leave();
      cell.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#take();
      (this.#sheet.beside(cell, 1, 0) ?? cell).focus();
    } else if (event.key === "Tab") {
      const next = this.#sheet.nextEditable(cell, event.shiftKey ? -1 : 1);
      if (!next) return;
      event.preventDefault();
      this.#take();
      next.focus();
      this.#edit(next);
    }
  }

  #edit(cell) {
    const { id, column } = cell.dataset;
    const row = this.#sheet.row(id);
    if (this.#open?.cell === cell || !row.cells[column].editable) return;
    if (this.#open) this.#take();
    const before = row.cells[column].text;
    const field = h("textarea", { class: "field", rows: 1, maxlength: LONGEST, spellcheck: "true", "aria-label": `${id}, ${column}`, oninput: () => fit(field), onblur: () => this.#take() });
    field.value = this.#kept.get(key(cell)) ?? before;
    this.#open = { cell, field, before };
    cell.classList.add("editing");
    cell.replaceChildren(field);
    fit(field);
    field.focus();
    field.select();
  }

  /** Leaves the text as it was. */
  #leave() {
    const { cell } = this.#open;
    this.#open = null;
    this.#kept.delete(key(cell));
    this.#sheet.refill(cell.dataset.id, cell.dataset.column);
  }

  /** Takes what was typed. */
  async #take() {
    if (!this.#open) return;
    const { cell, field, before } = this.#open;
    const text = field.value.split(/\s+/).filter(Boolean).join(" ");
    if (text === before || (!text && cell.dataset.column === "ko")) return this.#leave();
    this.#open = null;
    await this.#write(cell, text, before);
  }

  async #write(cell, text, was) {
    const { id, column } = cell.dataset;
    this.#kept.set(key(cell), text);
    cell.classList.remove("editing");
    cell.classList.add("saving");
    cell.replaceChildren(h("span", { class: "said" }, text));
    const done = await this.#acts.write(this.#sheet.row(id), column, text, was);
    cell.classList.remove("saving");
    if (done === "kept") {
      cell.classList.add("unsaved");
      cell.append(h("span", { class: "chip bad" }, "not saved"));
      return;
    }
    if (this.#kept.get(key(cell)) === text) this.#kept.delete(key(cell));
    if (this.#open?.cell !== cell) this.#sheet.refill(id, column);
  }
}

const key = (cell) => `${cell.dataset.id} ${cell.dataset.column}`;

/** As tall as its text. */
function fit(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
