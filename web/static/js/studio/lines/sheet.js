/**
 * The table itself: a row for each text, a column for the Korean and for each pack. It draws what it is given, and only
 * those rows anew that are another; which rows are seen is one attribute on each, so a filter answers at once.
 */
import { h, icon } from "../../dom.js";

const KINDS = {
  title: "title", brief: "brief", goal: "goal", line: "line", model: "model", hint: "hint", ending: "ending", note: "note",
  slot_name: "slot name", slot_question: "slot question", slot_value: "slot value", word: "word", culture: "culture",
};
const LANGUAGES = { ko: "ko" };

export class Sheet extends EventTarget {
  #home;
  #grid = null;
  /** Row id -> { row, told, element, cells: Map(column -> element), words }. */
  #rows = new Map();
  #groups = [];
  #columns = [];
  #findings = new Map();

  /** Fires "listen" {row}, "fits" {row, column} and "chosen" {row}. */
  constructor(home) {
    super();
    this.#home = home;
  }

  get columns() {
    return this.#columns;
  }

  row(id) {
    return this.#rows.get(id)?.row;
  }

  get rows() {
    return [...this.#rows.values()].map(({ row }) => row);
  }

  cell(id, column) {
    return this.#rows.get(id)?.cells.get(column);
  }

  /** Shows a table; rows that are as they were keep their elements, and whatever is typed in them. */
  show({ columns, rows }) {
    const shape = (each) => each.map(({ id, problem }) => `${id} ${problem}`).join();
    const same = this.#grid && shape(columns) === shape(this.#columns) && rows.every(({ id }, at) => this.#order[at] === id) && rows.length === this.#order.length;
    this.#columns = columns;
    if (!same) return this.#build(rows);
    for (const row of rows) {
      const told = JSON.stringify(row);
      const known = this.#rows.get(row.id);
      if (known.told === told) continue;
      Object.assign(known, { row, told, words: searched(row) });
      for (const [column, cell] of known.cells) if (!cell.classList.contains("editing")) this.#fill(cell, row, column);
    }
    return undefined;
  }

  #order = [];

  #build(rows) {
    this.#rows.clear();
    this.#groups = [];
    this.#order = rows.map(({ id }) => id);
    const grid = h("div", { class: "lines-grid", role: "grid", "aria-label": "Texts", "aria-rowcount": rows.length });
    grid.style.setProperty("--packs", this.#columns.length - 1);
    grid.append(
      h("div", { class: "line-row head", role: "row" }, h("span", { role: "columnheader" }, "Text"), this.#columns.map(({ id }) => h("span", { role: "columnheader" }, id === "ko" ? "Korean" : id))),
    );
    let group = null;
    for (const row of rows) {
      const name = groupOf(row);
      if (group?.name !== name) {
        group = { name, rows: [], element: h("div", { class: "line-group", role: "row" }, h("span", { role: "gridcell" }, name)) };
        this.#groups.push(group);
        grid.append(group.element);
      }
      group.rows.push(row.id);
      grid.append(this.#element(row));
    }
    this.#grid = grid;
    this.#home.replaceChildren(grid);
    grid.querySelector(".cell")?.setAttribute("tabindex", "0");
  }

  #element(row) {
    const cells = new Map(
      this.#columns.map(({ id }) => [id, h("div", { class: "cell", role: "gridcell", tabindex: -1, lang: id === "ko" ? "ko" : LANGUAGES[id] ?? id.split("-")[1], "data-column": id, "data-id": row.id })]),
    );
    const listen = row.spoken
      ? h("button", { class: "button round slim listen", type: "button", tabindex: -1, "aria-label": `Listen to ${row.id}`, onclick: () => this.#tell("listen", { row: this.row(row.id) }) }, icon("sound"))
      : null;
    const [table, ...keys] = row.id.split("/");
    const element = h(
      "div",
      { class: "line-row", role: "row", "data-id": row.id },
      h("div", { class: "about", role: "rowheader" }, listen, h("span", {}, h("b", {}, row.speaker || KINDS[row.kind]), this.#idOf(row, table === "words" ? keys[1] : keys.join(" · ")), row.speaker && row.kind !== "line" ? h("span", { class: "small soft" }, KINDS[row.kind]) : null)),
      [...cells.values()],
    );
    if (row.note) element.firstChild.title = row.note;
    this.#rows.set(row.id, { row, told: JSON.stringify(row), element, cells, words: searched(row) });
    for (const [column, cell] of cells) this.#fill(cell, row, column);
    return element;
  }

  /** The id, which leads to the line of the scene's text where its Korean stands. */
  #idOf({ cells }, words) {
    const { file } = this.#columns.find(({ id }) => id === "ko");
    const { line } = cells.ko;
    if (line === null) return h("span", { class: "mono" }, words);
    const scene = file.split("/")[1];
    return h("a", { class: "mono", tabindex: -1, title: "See it in the text", href: `/console/studio/scene/${encodeURIComponent(scene)}#${file}:${line}` }, words);
  }

  /** Draws one cell as the server has it. */
  refill(id, column) {
    const cell = this.cell(id, column);
    cell.classList.remove("editing", "saving", "unsaved");
    this.#fill(cell, this.row(id), column);
  }

  #fill(cell, row, column) {
    const { text, state, editable } = row.cells[column];
    const found = this.#found(row, column);
    for (const name of ["fine", "missing", "stale", "none"]) cell.classList.toggle(name, name === state);
    cell.classList.toggle("wrong", found.some(({ severity }) => severity === "error"));
    cell.setAttribute("aria-readonly", String(!editable));
    cell.replaceChildren(
      h("span", { class: "said" }, text),
      ...(state === "missing" ? [h("span", { class: "chip warn" }, "missing")] : []),
      ...(state === "stale" ? [h("span", { class: "row marks" }, h("span", { class: "chip warn" }, "stale"), h("button", { class: "button slim fits", type: "button", tabindex: -1, title: "It is right for the new Korean, too", onclick: () => this.#tell("fits", { row, column }) }, "Still fits"))] : []),
      ...found.slice(0, 2).map((each) => h("span", { class: `note ${each.severity}`, lang: "" }, h("b", {}, each.code), ` ${each.sentence.replace(/`([^`]*)`/g, "“$1”")}`)),
    );
  }

  // ── findings ───────────────────────────────────────────────────────────────────────────────

  #found(row, column) {
    const { line } = row.cells[column];
    const file = this.#columns.find(({ id }) => id === column)?.file;
    if (line === null || row.kind === "note" && column === "ko") return [];
    return this.#findings.get(`${file}:${line}`) ?? [];
  }

  /** Shows findings at the texts that they are about. */
  mark(findings) {
    const before = this.#findings;
    this.#findings = Map.groupBy(findings.filter(({ code }) => code !== "W11" && code !== "E19"), ({ file, line }) => `${file}:${line}`);
    for (const { row, cells } of this.#rows.values()) {
      for (const [column, cell] of cells) {
        const { line } = row.cells[column];
        const place = `${this.#columns.find(({ id }) => id === column)?.file}:${line}`;
        if ((before.has(place) || this.#findings.has(place)) && !cell.matches(".editing, .unsaved")) this.#fill(cell, row, column);
      }
    }
  }

  hasFindings(row) {
    return this.#columns.some(({ id }) => this.#found(row, id).length);
  }

  // ── what is seen ───────────────────────────────────────────────────────────────────────────

  /** Hides the rows for which `wanted(row, words)` is false; how many are seen. */
  filter(wanted) {
    let seen = 0;
    for (const { row, element, words } of this.#rows.values()) {
      const hidden = !wanted(row, words);
      if (element.hidden !== hidden) element.hidden = hidden;
      if (!hidden) seen += 1;
    }
    for (const { element, rows } of this.#groups) {
      const hidden = rows.every((id) => this.#rows.get(id).element.hidden);
      if (element.hidden !== hidden) element.hidden = hidden;
    }
    return seen;
  }

  /** Shows these packs' columns only; the Korean stays. */
  only(packs) {
    this.#grid?.style.setProperty("--packs", packs.length);
    for (const cell of this.#home.querySelectorAll("[data-column]")) cell.classList.toggle("away", cell.dataset.column !== "ko" && !packs.includes(cell.dataset.column));
    const heads = this.#home.querySelectorAll(".head [role=columnheader]");
    this.#columns.forEach(({ id }, at) => heads[at + 1]?.classList.toggle("away", id !== "ko" && !packs.includes(id)));
  }

  // ── moving ─────────────────────────────────────────────────────────────────────────────────

  /** The seen cell so many rows and columns away; null at the edge. */
  beside(cell, down, right) {
    const seen = this.#order.filter((id) => !this.#rows.get(id).element.hidden);
    const row = seen[seen.indexOf(cell.dataset.id) + down];
    const columns = this.#seenColumns();
    const column = columns[columns.indexOf(cell.dataset.column) + right];
    return row && column ? this.cell(row, column) : null;
  }

  /** The next cell in reading order that may be edited; null behind the last. */
  nextEditable(cell, step) {
    const columns = this.#seenColumns();
    const seen = this.#order.filter((id) => !this.#rows.get(id).element.hidden);
    let at = seen.indexOf(cell.dataset.id) * columns.length + columns.indexOf(cell.dataset.column) + step;
    for (; at >= 0 && at < seen.length * columns.length; at += step) {
      const [id, column] = [seen[Math.floor(at / columns.length)], columns[at % columns.length]];
      if (this.row(id).cells[column].editable) return this.cell(id, column);
    }
    return null;
  }

  #seenColumns() {
    return this.#columns.map(({ id }) => id).filter((id) => !this.#home.querySelector(`.cell[data-column="${id}"]`)?.classList.contains("away"));
  }

  /** Makes a cell the one that the keyboard is at. */
  choose(cell) {
    this.#home.querySelector('.cell[tabindex="0"]')?.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    const element = this.#rows.get(cell.dataset.id).element;
    if (!element.classList.contains("chosen")) {
      this.#home.querySelector(".line-row.chosen")?.classList.remove("chosen");
      element.classList.add("chosen");
      this.#tell("chosen", { row: this.row(cell.dataset.id) });
    }
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** What a row is found by, in small letters. */
function searched({ id, speaker, note, turn, cells }) {
  return [id, speaker, note, turn, ...Object.values(cells).map(({ text }) => text)].join("\n").normalize("NFC").toLowerCase();
}

function groupOf({ turn, kind }) {
  if (turn) return turn;
  if (kind === "title" || kind === "brief") return "scene";
  if (kind === "ending" || kind === "note") return "endings";
  return kind.startsWith("slot") ? "slots" : "words";
}
