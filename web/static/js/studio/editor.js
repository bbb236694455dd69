/**
 * A text area over a coloured copy of its text: YAML colours, line numbers, and findings underlined where they are.
 * Positions are as the API counts them: lines and columns from 1, columns in code points.
 */
import { h } from "../dom.js";

const LINE_HEIGHT = 21;
const TOP = 10;

export class Editor {
  #gutter = h("div", { class: "gutter", "aria-hidden": "true" });
  #copy = h("pre", { "aria-hidden": "true" });
  #area = h("textarea", {
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": "Text of the file",
    wrap: "off",
  });
  #home;
  #findings = [];
  #here = 0;

  /** `changed` is called with the text after each change by the editor's user. */
  constructor(home, { changed }) {
    this.#home = home;
    home.replaceChildren(this.#gutter, h("div", { class: "sheet" }, this.#copy, this.#area));
    this.#area.addEventListener("input", () => {
      this.#draw();
      changed(this.text);
    });
    this.#area.addEventListener("keydown", (event) => this.#key(event));
    this.#area.addEventListener("compositionend", () => this.#draw());
    for (const moved of ["keyup", "click", "focus"]) this.#area.addEventListener(moved, () => this.#mark());
  }

  get text() {
    return this.#area.value;
  }

  show(text) {
    this.#area.value = text;
    this.#findings = [];
    this.#draw();
  }

  /** Findings of this file, as the API tells them. */
  underline(findings) {
    this.#findings = findings;
    this.#draw();
  }

  /** Puts the caret there and brings it into view. */
  goTo(line, column = 1) {
    const lines = this.text.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const within = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
    this.#area.focus({ preventScroll: true });
    this.#area.setSelectionRange(before + within, before + within);
    this.#home.scrollTo({ top: Math.max(0, TOP + (line - 6) * LINE_HEIGHT), left: 0 });
    this.#mark();
  }

  #key(event) {
    if (event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault(); // YAML knows no tabs; Escape then Tab leaves the field
      if (this.#leaving) return this.#home.closest(".panes").querySelector("#sides button").focus();
      document.execCommand("insertText", false, "  ");
    }
    this.#leaving = event.key === "Escape";
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const before = this.text.slice(0, this.#area.selectionStart).split("\n").at(-1);
      const indent = before.match(/^ */)[0] + (/(:|^\s*-)\s*$/.test(before) ? "  " : "");
      document.execCommand("insertText", false, `\n${indent}`);
    }
  }
  #leaving = false;

  #mark() {
    const line = this.text.slice(0, this.#area.selectionStart).split("\n").length;
    if (line === this.#here) return;
    this.#copy.children[this.#here - 1]?.classList.remove("here");
    this.#here = line;
    this.#copy.children[line - 1]?.classList.add("here");
  }

  #draw() {
    const lines = this.text.split("\n");
    const byLine = Map.groupBy ? Map.groupBy(this.#findings, (each) => each.line) : grouped(this.#findings);
    this.#copy.replaceChildren(...lines.map((line, index) => coloured(line, byLine.get(index + 1) ?? [])));
    this.#gutter.replaceChildren(
      ...lines.flatMap((_, index) => {
        const worst = worstOf(byLine.get(index + 1) ?? []);
        const number = `${index + 1}\n`;
        return worst === "error" ? h("b", {}, number) : worst === "warning" ? h("i", {}, number) : number;
      }),
    );
    this.#here = 0;
    this.#mark();
  }
}

function grouped(findings) {
  const map = new Map();
  for (const each of findings) map.set(each.line, [...(map.get(each.line) ?? []), each]);
  return map;
}

const worstOf = (findings) => (findings.some(({ severity }) => severity === "error") ? "error" : findings[0]?.severity);

/** One line in colours; the word or quoted sentence at the column of the first finding is underlined. */
function coloured(line, findings) {
  const row = h("div", {});
  let at = 0;
  const points = [...line];
  const from = findings.length ? Math.min(...findings.map(({ column }) => column)) - 1 : Infinity;
  const start = Math.min(points.slice(0, from).join("").length, line.length);
  const kind = worstOf(findings);
  let underlined = !findings.length;
  for (const [text, name] of tokens(line)) {
    for (const [piece, after] of split(text, start - at)) {
      const under = after && !underlined;
      underlined ||= under;
      const classes = [name, under ? kind : ""].filter(Boolean).join(" ");
      row.append(classes ? h("span", { class: classes }, piece) : piece);
    }
    at += text.length;
  }
  if (!line) row.append(findings.length ? h("span", { class: kind }, " ") : "\u200b");
  row.append("\n");
  return row;
}

/** The text before and after a place, each with whether it is after. */
function split(text, at) {
  if (at <= 0) return [[text, text.trim() !== ""]];
  if (at >= text.length) return [[text, false]];
  return [
    [text.slice(0, at), false],
    [text.slice(at), true],
  ];
}

/** A line of YAML in parts: keys, strings, numbers, comments. Good enough for colours, not for meaning. */
function* tokens(line) {
  const comment = line.match(/(^|\s)#.*$/);
  const quoted = /(["'])(?:\\.|(?!\1).)*\1?/;
  let rest = line;
  if (comment && !quoted.test(line.slice(0, comment.index))) rest = line.slice(0, comment.index);
  const key = rest.match(/^(\s*(?:- )*\s*)([^\s:#"'{}[\],]+|"[^"]*")(:)(?=\s|$)/);
  if (key) {
    yield [key[1], ""];
    yield [key[2] + key[3], "k"];
    yield* values(rest.slice(key[0].length));
  } else yield* values(rest);
  if (rest.length < line.length) yield [line.slice(rest.length), "c"];
}

function* values(text) {
  const found = /(["'])(?:\\.|(?!\1).)*\1|(?<=[{,]\s*)[A-Za-z_]+:(?=\s)|\b\d+(?:\.\d+)?\b/g;
  let at = 0;
  for (const match of text.matchAll(found)) {
    if (match.index > at) yield [text.slice(at, match.index), ""];
    yield [match[0], /^["']/.test(match[0]) ? "s" : match[0].endsWith(":") ? "k" : "n"];
    at = match.index + match[0].length;
  }
  if (at < text.length) yield [text.slice(at), ""];
}
