/** The end of a scene: what was reached, every answer with a better one, and the grammar met on the way. */
import { $, h, icon, ring } from "../dom.js";
import { word } from "./words.js";

/** Shows `GET /sessions/{id}/recap`; `say(url)` plays a model answer. */
export function showRecap(recap, { say, again, details }) {
  const passed = recap.result === "pass";
  $("recap").replaceChildren(
    h(
      "div",
      { class: "card recap-in" },
      h(
        "div",
        { class: `recap-head ${passed ? "accept" : "accept_with_feedback"}` },
        ring(recap.score),
        h("div", {}, h("h2", {}, word(passed ? "ended_pass" : "ended_try_again")), h("p", { class: "soft" }, recap.title), h("ul", { class: "row recap-slots" }, ...recap.slots.map(slot))),
        h("div", { class: "row" }, h("button", { type: "button", class: "button strong", id: "play-again", onclick: again }, icon("repeat"), word("play_again")), h("a", { class: "button", href: details }, icon("list"), "Session")),
      ),
      h("h2", {}, word("recap")),
      h("ol", { class: "recap-turns" }, ...recap.turns.map((turn) => recapTurn(turn, say))),
      recap.grammar.length ? h("h2", {}, word("grammar")) : null,
      h("div", { class: "notes" }, ...recap.grammar.map(note)),
    ),
  );
  $("recap").hidden = false;
  $("recap").focus({ preventScroll: true });
  $("recap").scrollIntoView({ block: "start" });
}

function slot(held) {
  return h("li", { class: `slot filled ${held.by_learner ? "" : "given"}` }, h("i", {}, icon("check")), `${held.name}: ${held.label ?? held.value}`);
}

function recapTurn(turn, say) {
  return h(
    "li",
    { class: "recap-turn" },
    h("span", { class: "mark" }, String(turn.score)),
    h("p", { class: "small soft" }, turn.goal),
    h("p", { class: "ko", lang: "ko" }, turn.text),
    turn.corrected ? h("p", { class: "better", lang: "ko" }, `→ ${turn.corrected}`) : null,
    turn.feedback ? h("p", { class: "small" }, turn.feedback) : null,
    turn.model ? model(turn.model, say) : null,
  );
}

function model({ ko, meaning, tts_url: url }, say) {
  return h(
    "p",
    { class: "small row" },
    h("button", { type: "button", class: "button slim", onclick: () => say(url), "aria-label": `${word("model")}: ${ko}` }, icon("sound"), h("span", { lang: "ko" }, ko)),
    h("span", { class: "soft" }, meaning),
  );
}

function note({ title, mean, how, pitfall }) {
  return h(
    "article",
    { class: "note" },
    h("h3", { lang: "ko" }, title),
    h("p", {}, mean),
    h("p", { class: "small soft" }, how),
    pitfall ? h("p", { class: "small" }, h("b", {}, `${word("pitfall")}: `), pitfall) : null,
  );
}
