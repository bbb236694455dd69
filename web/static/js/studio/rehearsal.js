/**
 * What the graph and the simulator of a scene share: how they ask the server about the draft as it stands in the window, and
 * where the simulator is.
 *
 * Events, each with a `detail`:
 * - `stale` {}: the text is another than when the panes were drawn
 * - `here` { turn, ending }: where the simulator stands; both empty before it has begun
 * - `begin` { turn }: the simulator is to begin there
 */
import { post } from "../api.js";
import { $ } from "../dom.js";

const known = new WeakMap();

/** The one for these drafts. */
export function rehearsalOf(drafts) {
  if (!known.has(drafts)) known.set(drafts, new Rehearsal(drafts));
  return known.get(drafts);
}

class Rehearsal extends EventTarget {
  /** The scene's file, such as `scenes/cafe/scene.yaml`. */
  file;
  here = { turn: "", ending: "" };
  /** The turn in which the simulator was asked to begin last. */
  wanted = "";
  #drafts;
  #id;
  /** The scene's text when the server could last use it. */
  #before = null;

  constructor(drafts) {
    super();
    this.#drafts = drafts;
    this.file = drafts.files.find((file) => file.endsWith("/scene.yaml"));
    this.#id = this.file.split("/")[1];
    for (const event of ["findings", "saved"]) drafts.addEventListener(event, () => this.#tell("stale", {}));
  }

  get folder() {
    return this.file.replace(/scene\.yaml$/, "");
  }

  /** Asks `what` (graph, heat, try, tests) of the scene. ApiError as the call. */
  async ask(what, more = {}) {
    const text = this.#drafts.text(this.file);
    const body = { unsaved: this.#drafts.unsaved(), before: this.#before, language: $("language").value, ...more };
    const told = await post(this.path(what), body);
    if (told.basis === "draft" && what === "try" && text !== undefined) this.#before = text;
    return told;
  }

  /** Address of something of this scene in the API. */
  path(what) {
    return `/content/scenes/${encodeURIComponent(this.#id)}/${what}`;
  }

  /** Brings a place of the scene's file into the text pane. */
  reveal({ line, column }) {
    return this.#drafts.reveal({ file: this.file, line, column });
  }

  stands(here) {
    this.here = here;
    this.#tell("here", here);
  }

  /** Whoever plays is to begin there, also one who comes to it only now. */
  begin(turn) {
    this.wanted = turn;
    this.#tell("begin", { turn });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** What a pane says when it does not show the draft as it stands. */
export const insteadOf = (basis) =>
  ({
    before: "The text has errors. This is what it was before them.",
    saved: "The text has errors. This is the draft as it is saved.",
  })[basis] ?? "";
