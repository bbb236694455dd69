/** What the stage shows with a line: the NPC's face, and what they do and what lies there by a sign; each with its word. */
import { smallFace } from "../../../stage/small_face.js";
import { h, icon } from "../../dom.js";

const PICTURES = { emotion: smallFace, anim: () => icon("gesture"), prop: () => icon("thing") };

/** Null for a line without a cue; `label` says what it is about. The names of cues are English everywhere. */
export function cueView(cue, label) {
  const shown = Object.keys(PICTURES).filter((part) => cue[part]);
  if (!shown.length) return null;
  return h("ul", { class: "cues", "aria-label": label }, shown.map((part) => h("li", { class: `cue ${part}` }, PICTURES[part](cue[part]), h("span", { lang: "en" }, cue[part].replaceAll("_", " ")))));
}
