/** What was made of one answer: score, one correction with its reason, and the learner's own words mended. */
import { $, bar, barKind, h, icon, ring } from "../dom.js";
import { word } from "./words.js";

export class Result {
  #scene;

  constructor(scene) {
    this.#scene = scene;
    this.wait();
  }

  /** Nothing to show yet. */
  wait() {
    $("result").replaceChildren(h("div", { class: "waiting" }, icon("spark"), h("p", {}, word("no_result"))));
  }

  /** Shows a turn as `GET /sessions/{id}/turns/{turn_id}` has it. */
  show(turn) {
    $("result").replaceChildren(
      h(
        "article",
        { class: `verdict ${turn.result} ${turn.undone ? "undone" : ""}`, "data-turn": turn.turn_id },
        this.#head(turn),
        this.#words(turn),
        turn.result === "not_scored" ? null : bars(turn.bars),
      ),
    );
  }

  /** The learner took the turn back. */
  undone() {
    const card = $("result").querySelector(".verdict");
    if (!card || card.classList.contains("undone")) return;
    card.classList.add("undone");
    card.querySelector(".row")?.prepend(h("span", { class: "chip" }, icon("undo"), word("undone")));
  }

  #head(turn) {
    const scored = turn.result !== "not_scored";
    return h(
      "div",
      { class: "verdict-head" },
      ring(scored ? turn.score : 0, scored ? String(turn.score) : "–"),
      h("div", {}, h("h2", {}, word(`result_${turn.result}`)), h("p", { class: "feedback" }, turn.feedback), h("div", { class: "row" }, this.#level(turn.level))),
    );
  }

  #level(level) {
    if (!level || level.found === "none") return null;
    const fits = level.fit === "fits";
    const name = level.name ?? this.#scene.speech_levels[level.found]?.name ?? "";
    return h("span", { class: `chip ${fits ? "good" : "warn"}`, title: level.tip ?? "" }, `${word("level")}: `, h("span", { lang: "ko" }, level.found), name ? ` · ${name}` : null);
  }

  #words(turn) {
    const rows = [[word("you_said"), diff(turn.diff, turn.text)]];
    if (turn.corrected) rows.push([word("corrected"), h("span", { lang: "ko" }, turn.corrected)]);
    if (turn.natural && bare(turn.natural) !== bare(turn.corrected ?? turn.text)) rows.push([word("natural"), h("span", { lang: "ko" }, turn.natural)]);
    return h("dl", { class: "pair" }, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]).flat());
  }
}

/** Words without spaces and stops: two sentences that differ in nothing else are shown once. */
const bare = (sentence) => sentence.replace(/[\s.,!?…~]/g, "");

/** The learner's words with what to leave out struck and what to add marked. */
export function diff(parts, text) {
  if (!parts?.length) return h("p", { class: "diff", lang: "ko" }, text);
  const marked = parts.flatMap((part) => {
    if (part.kind === "keep") return [h("span", {}, part.learner)];
    const name = word(`diff_${part.kind}`);
    return [
      part.learner ? h("del", { title: name }, part.learner) : null,
      part.corrected ? h("ins", { title: name }, part.corrected) : null,
    ];
  });
  return h("p", { class: "diff", lang: "ko" }, ...marked);
}

function bars(scores) {
  const rows = scores.map(({ name, score }) =>
    h("div", {}, word(`bar_${name}`), h("b", {}, String(score)), bar(score, barKind(score))),
  );
  return h("div", { class: "bars" }, ...rows);
}
