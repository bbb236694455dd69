/** Findings as marks in the text: what is underlined, what is said there, and the fix that it offers. */
import { syntaxTree } from "../../../vendor/codemirror/codemirror.js";
import { h } from "../../dom.js";
import { mend, sentenceOf } from "../checks.js";
import { offsetIn } from "../places.js";

export function diagnosticsOf(findings, state, drafts) {
  return findings.map((finding) => ({
    ...spanOf(finding, state),
    severity: finding.severity,
    message: `${finding.code} ${sentenceOf(finding)}`,
    renderMessage: () =>
      h(
        "span",
        { class: "told" },
        h("span", { class: `chip ${finding.severity === "error" ? "bad" : "warn"}` }, finding.code),
        h("span", {}, sentenceOf(finding)),
      ),
    actions: finding.fix.length ? [{ name: "Fix it", apply: () => mend(finding, drafts) }] : [],
  }));
}

/** The word, quoted sentence or key that begins at a finding's place; at least one character, on its line. */
function spanOf({ line, column }, state) {
  const there = state.doc.line(Math.min(line, state.doc.lines));
  const from = Math.min(there.from + offsetIn(there.text, column), there.to);
  const node = syntaxTree(state).resolveInner(from, 1);
  const known = node.firstChild === null && node.from <= from && node.to > from;
  const to = known ? Math.min(node.to, there.to) : from + wordAt(there.text.slice(from - there.from));
  return { from, to: Math.max(to, Math.min(from + 1, there.to)) };
}

const wordAt = (text) => text.match(/^[^\s:,{}[\]]*/)[0].length;
