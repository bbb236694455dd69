/**
 * The files on the desk, as they stand in the window: what every pane of the studio reads, changes and listens to.
 *
 * Events, each with a `detail`:
 * - `changed` { file, by }: its text is another; `by` is "typing" or the pane that did it
 * - `saved` { file }
 * - `findings` { findings }: the server has looked at the texts as they stand
 * - `shown` { file }: another file is in the text pane
 * - `caret` { file, line, column }: where the editor's user is; lines and columns from 1, columns in code points
 * - `reveal` { file, line, column }: the text pane is to show that place
 */
import { get, put } from "../api.js";
import { withEdits } from "./places.js";

export class Drafts extends EventTarget {
  /** Names of all files, in the order of their tabs. */
  files;
  /** The file in the text pane. */
  shown = "";
  caret = { file: "", line: 1, column: 1 };
  /** As the server told them last. */
  findings = [];
  #open = new Map();
  #settle;

  /**
   * `settle(file, { yours, theirs })` is asked when somebody else saved a file meanwhile: it answers with the text to go
   * on with, or null to decide later.
   */
  constructor(files, { settle }) {
    super();
    this.files = [...files];
    this.#settle = settle;
  }

  /** The text of a file, fetched when it was not opened yet. ApiError `no_such_draft`. */
  async open(file) {
    if (!this.#open.has(file)) {
      const draft = await get(`/content/draft?file=${encodeURIComponent(file)}`);
      if (!this.#open.has(file)) this.#open.set(file, { text: draft.text, saved: draft.text, digest: draft.digest });
    }
    return this.text(file);
  }

  /** A file that is not there yet, with the text it begins with; saving makes it. */
  create(file, text, by = "") {
    this.#open.set(file, { text: "", saved: "", digest: "" });
    if (!this.files.includes(file)) this.files.push(file);
    this.replace(file, text, by);
  }

  /** The text as it stands in the window; undefined for a file that was not opened. */
  text(file) {
    return this.#open.get(file)?.text;
  }

  isDirty(file) {
    const draft = this.#open.get(file);
    return draft !== undefined && draft.text !== draft.saved;
  }

  /** File -> text of those that are not saved. */
  unsaved() {
    return Object.fromEntries(this.files.filter((file) => this.isDirty(file)).map((file) => [file, this.text(file)]));
  }

  /** What saving a file names; empty for one that is not there yet. */
  digest(file) {
    return this.#open.get(file)?.digest ?? "";
  }

  /**
   * Told by whoever had the server write a file in another way: { file, text, digest } as it is saved now, and the
   * text that was in the window then. Whoever has typed since meets both texts when they save.
   */
  wasSaved({ file, text, digest }, before, by = "") {
    if (this.text(file) !== before) return;
    if (!this.files.includes(file)) this.files.push(file);
    const draft = this.#open.get(file) ?? { text };
    this.#open.set(file, { text: draft.text, saved: text, digest });
    this.replace(file, text, by);
    this.#tell("saved", { file });
  }

  /** Puts another text in the place of a file's; the text pane changes only where the two differ, and can undo it. */
  replace(file, text, by = "") {
    const draft = this.#open.get(file);
    if (draft.text === text) return;
    draft.text = text;
    this.#tell("changed", { file, by });
  }

  /** Replaces spans as the API tells them: { line, column, end_line, end_column, text }. */
  edit(file, edits, by = "") {
    this.replace(file, withEdits(this.text(file), edits), by);
  }

  /** Brings a place into the text pane, opening its file. */
  async reveal({ file, line, column = 1 }) {
    await this.show(file);
    this.#tell("reveal", { file, line, column });
  }

  async show(file) {
    await this.open(file);
    if (this.shown === file) return;
    this.shown = file;
    this.#tell("shown", { file });
  }

  /** Saves what is not saved, one file after the other. */
  async save() {
    for (const file of Object.keys(this.unsaved())) await this.#saveOne(file);
  }

  async #saveOne(file) {
    const draft = this.#open.get(file);
    const text = draft.text;
    try {
      const saved = await put("/content/draft", { file, text, digest: draft.digest });
      draft.digest = saved.digest;
      draft.saved = saved.text;
      if (draft.text === text) this.replace(file, saved.text, "saving");
      this.#tell("saved", { file });
    } catch (error) {
      if (error.code !== "draft_changed") throw error;
      await this.#meet(file, error.details);
    }
  }

  /** Two saved one file: it goes on with the text that is chosen, saved against theirs. */
  async #meet(file, { yours, theirs, digest }) {
    const chosen = await this.#settle(file, { yours, theirs });
    if (chosen === null) return;
    const draft = this.#open.get(file);
    draft.digest = digest;
    draft.saved = theirs;
    this.replace(file, chosen, "conflict");
    if (chosen === theirs) this.#tell("saved", { file });
    else await this.#saveOne(file);
  }

  /** Takes over a saved file as it is on the server now. */
  async readAgain(file) {
    const draft = await get(`/content/draft?file=${encodeURIComponent(file)}`);
    const open = this.#open.get(file);
    if (!open || open.text !== open.saved) return; // not opened, or written in meanwhile: saving will tell
    open.saved = draft.text;
    open.digest = draft.digest;
    this.replace(file, draft.text, "server");
    this.#tell("saved", { file });
  }

  /** Told by whoever asks the server. */
  found(findings) {
    this.findings = findings;
    this.#tell("findings", { findings });
  }

  /** Told by the text pane. */
  moved(caret) {
    this.caret = caret;
    this.#tell("caret", caret);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
