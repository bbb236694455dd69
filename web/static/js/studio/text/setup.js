/** The editor's own behaviour: keys, folding, search, brackets, and how it looks. */
import {
  EditorState,
  EditorView,
  Prec,
  acceptCompletion,
  bracketMatching,
  closeBrackets,
  closeBracketsKeymap,
  crosshairCursor,
  defaultKeymap,
  drawSelection,
  dropCursor,
  foldGutter,
  foldKeymap,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSelectionMatches,
  highlightSpecialChars,
  history,
  historyKeymap,
  indentUnit,
  indentWithTab,
  keymap,
  lineNumbers,
  lintGutter,
  nextDiagnostic,
  previousDiagnostic,
  rectangularSelection,
  search,
  searchKeymap,
} from "../../../vendor/codemirror/codemirror.js";
import { colours } from "./colours.js";
import { indenting } from "./indenting.js";
import { typingOver } from "./typing_over.js";
import { wrapping } from "./wrapping.js";

const findingKeys = [
  { key: "F8", run: nextDiagnostic },
  { key: "Shift-F8", run: previousDiagnostic },
];

export const setup = [
  lintGutter(),
  lineNumbers(),
  foldGutter(),
  highlightActiveLineGutter(),
  highlightActiveLine(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  dropCursor(),
  EditorState.allowMultipleSelections.of(true),
  rectangularSelection(),
  crosshairCursor(),
  EditorState.tabSize.of(2),
  indentUnit.of("  "),
  indenting,
  bracketMatching(),
  closeBrackets(),
  highlightSelectionMatches(),
  search({ top: true }),
  colours,
  wrapping,
  typingOver,
  EditorView.contentAttributes.of({ spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
  Prec.high(keymap.of([{ key: "Tab", run: acceptCompletion }])),
  // Tab indents, YAML knows no tabs; Escape and then Tab leaves the field.
  keymap.of([...closeBracketsKeymap, ...findingKeys, ...searchKeymap, ...historyKeymap, ...foldKeymap, indentWithTab, ...defaultKeymap]),
];
