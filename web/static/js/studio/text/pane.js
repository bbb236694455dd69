/** The text pane: one editor for all files, each with its own history, caret and scroll, in step with the desk. */
import { Annotation, EditorState, EditorView, setDiagnostics } from "../../../vendor/codemirror/codemirror.js";
import { columnAt, difference, offsetIn } from "../places.js";
import { diagnosticsOf } from "./marks.js";
import { setup } from "./setup.js";

/** On a change that comes from the desk, so that it is not told to the desk again. */
const fromDesk = Annotation.define();

export class TextPane {
  #drafts;
  #extensions;
  #file = "";
  /** File -> { state, scroll } of those that were shown and are not now. */
  #kept = new Map();
  #view;

  /** `extensions` are added to the editor's own; `nonce` lets its styles through the page's policy. */
  constructor(home, drafts, { nonce, extensions = [] }) {
    this.#drafts = drafts;
    this.#extensions = [
      setup,
      extensions,
      EditorView.cspNonce.of(nonce),
      EditorView.updateListener.of((update) => this.#updated(update)),
    ];
    this.#view = new EditorView({ parent: home, state: this.#stateOf("") });
    new ResizeObserver(() => this.#keepCaretInSight()).observe(home);
    drafts.addEventListener("shown", ({ detail: { file } }) => this.#show(file));
    drafts.addEventListener("changed", ({ detail: { file, by } }) => by !== "typing" && this.#take(file));
    drafts.addEventListener("findings", () => this.#mark());
    drafts.addEventListener("reveal", ({ detail }) => this.#reveal(detail));
  }

  #stateOf(text, file = "") {
    const named = EditorView.contentAttributes.of({ "aria-label": `Text of ${file}` });
    return EditorState.create({ doc: withPlainBreaks(text), extensions: [this.#extensions, named] });
  }

  #show(file) {
    if (this.#file) this.#kept.set(this.#file, { state: this.#view.state, scroll: this.#view.scrollSnapshot() });
    this.#file = file;
    const kept = this.#kept.get(file) ?? { state: this.#stateOf(this.#drafts.text(file), file) };
    this.#view.setState(kept.state);
    this.#mark();
    if (kept.scroll) this.#view.dispatch({ effects: kept.scroll });
    this.#tellCaret();
  }

  /** Another pane, a fix or somebody else's text has changed a file: the editor takes over where it differs. */
  #take(file) {
    if (file === this.#file) return this.#view.dispatch(this.#changeOf(this.#view.state, file));
    const kept = this.#kept.get(file);
    if (kept) this.#kept.set(file, { ...kept, state: kept.state.update(this.#changeOf(kept.state, file)).state });
  }

  #changeOf(state, file) {
    const changes = difference(state.doc.toString(), withPlainBreaks(this.#drafts.text(file)));
    return { changes, annotations: fromDesk.of(true), userEvent: "input.desk" };
  }

  #updated(update) {
    if (update.docChanged && !update.transactions.some((each) => each.annotation(fromDesk))) {
      this.#drafts.replace(this.#file, update.state.doc.toString(), "typing");
    }
    if (update.docChanged || update.selectionSet) this.#tellCaret();
  }

  #tellCaret() {
    const { head } = this.#view.state.selection.main;
    const line = this.#view.state.doc.lineAt(head);
    this.#drafts.moved({ file: this.#file, line: line.number, column: columnAt(line.text, head - line.from) });
  }

  /** When findings below the text take room, what is being written must not end up behind them. */
  #keepCaretInSight() {
    if (!this.#view.hasFocus) return;
    this.#view.dispatch({ effects: EditorView.scrollIntoView(this.#view.state.selection.main.head) });
  }

  /** Not while a syllable is being composed: marks around it could end the composition. */
  #mark() {
    if (this.#view.composing) return this.#markOnceComposed();
    const findings = this.#drafts.findings.filter(({ file }) => file === this.#file);
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnosticsOf(findings, this.#view.state, this.#drafts)));
  }

  #markOnceComposed() {
    const again = () => requestAnimationFrame(() => this.#mark());
    this.#view.contentDOM.addEventListener("compositionend", again, { once: true });
  }

  #reveal({ line, column, focus = true }) {
    const { doc } = this.#view.state;
    const there = doc.line(Math.min(line, doc.lines));
    const place = there.from + offsetIn(there.text, column);
    this.#view.dispatch({ selection: { anchor: place }, effects: EditorView.scrollIntoView(place, { y: "center" }) });
    if (focus) this.#view.focus();
  }
}

const withPlainBreaks = (text) => text.replace(/\r\n?/g, "\n");
