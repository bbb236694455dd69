/** Asks the server what is wrong, a pause after the last change, and lists it under the text. */
import { post } from "../api.js";
import { h } from "../dom.js";
import { attempt, tell } from "./page.js";

const PAUSE_MS = 350;

export class Checks {
  #drafts;
  #work;
  #language;
  #asked = 0;
  #timer = 0;

  /** `work` is the scene or pack: { kind, id }; `language` the element in which the findings' language is chosen. */
  constructor(drafts, work, language) {
    this.#drafts = drafts;
    this.#work = work;
    this.#language = language;
    drafts.addEventListener("changed", () => this.#soon());
    drafts.addEventListener("saved", () => this.#soon());
    language.addEventListener("change", () => this.check());
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), PAUSE_MS);
  }

  async check() {
    clearTimeout(this.#timer);
    const mine = (this.#asked += 1);
    const { kind, id } = this.#work;
    const body = {
      scene_id: kind === "scene" ? id : null,
      unsaved: this.#drafts.unsaved(),
      language: this.#language.value,
    };
    const told = await attempt(() => post("/content/lint", body));
    if (!told || mine !== this.#asked) return; // something newer is asked
    const own = ({ file }) => kind === "scene" || file.startsWith(`langpacks/${id}/`);
    this.#drafts.found(told.findings.filter(own));
  }
}

/** The list under the text, with how many there are on its head. */
export function listFindings(drafts, { list, count }) {
  drafts.addEventListener("findings", ({ detail: { findings } }) => {
    const wrong = findings.filter(({ severity }) => severity === "error").length;
    count.textContent = findings.length || "";
    count.classList.toggle("wrong", wrong > 0);
    list.replaceChildren(...(findings.length ? findings.map((each) => article(each, drafts)) : [nothing()]));
  });
}

const nothing = () =>
  h("p", { class: "nothing" }, h("b", {}, "Nothing is wrong."), " Every sentence passed the evaluator, too.");

function article(finding, drafts) {
  return h(
    "article",
    { class: "finding" },
    h(
      "button",
      { class: "place", type: "button", onclick: () => go(finding, drafts) },
      h("span", { class: `chip ${finding.severity === "error" ? "bad" : "warn"}` }, finding.code),
      h("span", {}, sentenceOf(finding), " ", h("span", { class: "mono" }, `${shortName(finding.file)}:${finding.line}`)),
    ),
    finding.fix.length ? h("button", { class: "button slim", type: "button", onclick: () => mend(finding, drafts) }, "Fix it") : null,
  );
}

/** `ko-id/scenes/cafe.yaml`, `scene.yaml`: what tells the desk's files apart. */
const shortName = (file) => (file.startsWith("scenes/") ? file.split("/").slice(2) : file.split("/").slice(1)).join("/");

/** A finding's sentence with names in quotation marks. */
export const sentenceOf = (finding) => finding.sentence.replace(/`([^`]*)`/g, "“$1”");

async function go(finding, drafts) {
  if (!drafts.files.includes(finding.file)) return tell(`${finding.file} is worked on elsewhere in the studio.`);
  await attempt(() => drafts.reveal(finding));
}

/** Applies what a finding offers and shows where. */
export async function mend(finding, drafts) {
  await go(finding, drafts);
  if (drafts.shown === finding.file) drafts.edit(finding.file, finding.fix, "fix");
}
