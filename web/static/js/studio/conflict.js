/** When two saved one file: both texts side by side with what differs marked, and one of them, or parts of both, is kept. */
import {
  EditorState,
  EditorView,
  MergeView,
  defaultKeymap,
  drawSelection,
  history,
  historyKeymap,
  keymap,
  lineNumbers,
  unifiedMergeView,
} from "../../vendor/codemirror/codemirror.js";
import { $, h } from "../dom.js";
import { asked } from "./page.js";
import { colours } from "./text/colours.js";

const NARROW = matchMedia("(max-width: 960px)");
const UNCHANGED = { margin: 3, minSize: 8 };

/** Asks with which text to go on: theirs, or ours as it stands in the dialogue by then; null to decide later. */
export const settledWith = (nonce) => async (file, texts) => {
  const look = [lineNumbers(), colours, EditorView.lineWrapping, EditorView.cspNonce.of(nonce), drawSelection()];
  const shown = NARROW.matches ? underEachOther(texts, look) : sideBySide(texts, look);
  $("conflict-file").textContent = file;
  try {
    const chosen = await asked($("conflict"));
    if (!chosen) return null;
    return chosen === "theirs" ? texts.theirs : shown.yours();
  } finally {
    shown.close();
  }
};

const mine = [history(), keymap.of([...historyKeymap, ...defaultKeymap]), EditorView.contentAttributes.of({ "aria-label": "Yours" })];

function sideBySide({ yours, theirs }, look) {
  const view = new MergeView({
    parent: $("conflict-texts"),
    a: {
      doc: theirs,
      extensions: [look, EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-label": "Theirs" })],
    },
    b: { doc: yours, extensions: [look, mine] },
    revertControls: "a-to-b",
    collapseUnchanged: UNCHANGED,
  });
  return { yours: () => view.b.state.doc.toString(), close: () => view.destroy() };
}

function underEachOther({ yours, theirs }, look) {
  const mergeControls = (kind, take) =>
    h("button", { type: "button", class: kind, onclick: take }, kind === "reject" ? "Theirs" : "Mine");
  const merge = unifiedMergeView({ original: theirs, collapseUnchanged: UNCHANGED, mergeControls });
  const view = new EditorView({ parent: $("conflict-texts"), doc: yours, extensions: [look, mine, merge] });
  return { yours: () => view.state.doc.toString(), close: () => view.destroy() };
}
