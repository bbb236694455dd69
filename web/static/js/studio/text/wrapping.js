/** Long lines go on under their own text, not under the line's beginning. */
import { Decoration, EditorView, RangeSetBuilder, ViewPlugin } from "../../../vendor/codemirror/codemirror.js";

const DEEPEST = 40;
/** Columns that lines are further in where they go on. */
const FURTHER = 2;
const byDepth = new Map();

function hanging(depth) {
  if (!byDepth.has(depth)) {
    const style = `padding-left: calc(${depth}ch + 6px); text-indent: -${depth}ch`;
    byDepth.set(depth, Decoration.line({ attributes: { style } }));
  }
  return byDepth.get(depth);
}

function hangingLines(view) {
  const found = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const depth = Math.min(line.text.match(/^[ -]*/)[0].length + FURTHER, DEEPEST);
      found.add(line.from, line.from, hanging(depth));
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

export const wrapping = [EditorView.lineWrapping, plugin];
