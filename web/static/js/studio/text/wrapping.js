/** Long lines go on under their own text, not under the line's beginning. */
import { Decoration, EditorView, RangeSetBuilder, ViewPlugin } from "../../../vendor/codemirror/codemirror.js";

const DEEPEST = 40;
/** Columns that lines are further in where they go on. */
const FURTHER = 2;
const depths = Array.from({ length: DEEPEST + 1 }, (_, depth) => depth);

/** Classes, not style attributes: a browser that splits a line would copy those, and the page's policy refuses them. */
const rules = EditorView.theme(
  Object.fromEntries(
    depths.map((depth) => [`.cm-line.hang-${depth}`, { paddingLeft: `calc(${depth}ch + 6px)`, textIndent: `-${depth}ch` }]),
  ),
);
const hanging = depths.map((depth) => Decoration.line({ class: `hang-${depth}` }));

function hangingLines(view) {
  const found = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const depth = Math.min(line.text.match(/^[ -]*/)[0].length + FURTHER, DEEPEST);
      found.add(line.from, line.from, hanging[depth]);
      at = line.to + 1;
    }
  }
  return found.finish();
}

const plugin = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = hangingLines(view);
    }

    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = hangingLines(update.view);
    }
  },
  { decorations: (value) => value.decorations },
);

export const wrapping = [EditorView.lineWrapping, rules, plugin];
