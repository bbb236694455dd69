/** One step of the way in bubbles, with its judgement and, on demand, the reasons for it. */
import { h, icon } from "../../dom.js";
import { cueView } from "./cue.js";

/** What is written around a step, for editors; the page of a review link has these in its reader's language. */
const ENGLISH = {
  slowly: "slowly",
  asked_hint: "asked for a hint",
  accept: "accept",
  accept_with_feedback: "accept with feedback",
  retry: "retry",
  not_scored: "not scored",
  hint: "Hint: {kind}",
  hint_think: "think",
  hint_words: "words",
  hint_start: "start",
  hint_answer: "answer",
  stage: "On the stage",
};

/** What the NPC says when the way begins. */
export const opening = (told, changed, words = ENGLISH) =>
  h("li", { class: "step" }, changed && changedView(changed), told.opening.map((said) => bubble(said, words)), h("p", { class: "goal-note small soft" }, `Goal: ${told.begins.goal}`));

/** `does`: { changed, isOpen, toggled, reveal, backTo, accept, words }; `changed` tells of a difference, or is null. */
export function stepView(step, does) {
  const words = does.words ?? ENGLISH;
  return h(
    "li",
    { class: `step${does.changed ? " changed" : ""}` },
    does.changed && changedView(does.changed, does.accept),
    step.text === null ? h("p", { class: "asked small soft" }, words.asked_hint) : learner(step, does),
    step.judged && judgement(step, words),
    step.text === null || !step.rules ? null : reasons(step, does),
    step.said.map((said) => bubble(said, words)),
    step.hint && hintView(step.hint, words),
  );
}

function changedView(changes, accept) {
  return h(
    "div",
    { class: "changed-note small", role: "status" },
    h("b", {}, "Here the path changed"),
    h("ul", {}, changes.map(({ name, before, now }) => h("li", {}, `${name}: `, h("del", {}, before), " → ", h("ins", {}, now)))),
    accept ? h("button", { class: "button slim", type: "button", onclick: accept }, "It is fine so") : null,
  );
}

function bubble(said, words) {
  return h(
    "div",
    { class: "bubble npc" },
    h("b", { class: "small", lang: "ko" }, said.name, said.slowly ? h("span", { class: "soft" }, ` · ${words.slowly}`) : null),
    h("p", { lang: "ko" }, said.ko),
    said.meaning ? h("p", { class: "small soft" }, said.meaning) : null,
    cueView(said.cue, words.stage),
  );
}

function learner(step, does) {
  return h(
    "div",
    { class: "bubble own" },
    h("p", { lang: "ko" }, step.text),
    does.backTo ? h("button", { class: "back-to", type: "button", "aria-label": `Back to before: ${step.text}`, title: "Back to before this", onclick: does.backTo }, icon("undo")) : null,
  );
}

const KINDS = { accept: "good", accept_with_feedback: "warn", retry: "bad", not_scored: "" };

/** What the learner would read about the answer. */
function judgement({ judged }, words) {
  const told = judged.items.length ? judged.items.map(({ code, message }) => message ?? code) : [judged.summary].filter(Boolean);
  return h(
    "div",
    { class: "judged" },
    h("span", { class: `chip ${KINDS[judged.verdict]}` }, judged.verdict === "not_scored" ? words.not_scored : `${judged.score} · ${words[judged.verdict]}`),
    told.map((each) => h("p", { class: "small" }, each)),
    judged.corrected ? h("p", { class: "small", lang: "ko" }, "→ ", h("ins", {}, judged.corrected)) : null,
  );
}

const hintView = (hint, words) =>
  h("div", { class: "bubble hinted" }, h("b", { class: "small" }, words.hint.replace("{kind}", words[`hint_${hint.kind}`])), hint.ko ? h("p", { lang: "ko" }, hint.ko) : null, hint.text ? h("p", { class: "small soft" }, hint.text) : null);

// ── reasons ────────────────────────────────────────────────────────────────────────────────────

const CAUSES = {
  rule: (step) => `Rule ${step.rule} was taken`,
  tries_used: (step) => `Rule ${step.rule} says again, but that was the last try`,
  repair: () => "A repair move: the NPC helps, no rule is asked",
  limit: () => "The scene's limit was reached",
};

function reasons(step, does) {
  const leads = step.go === "again" ? "ask again" : step.go;
  const heard = step.judged.intent ? `taken for ${step.judged.intent}` : "taken for nothing";
  const slots = Object.entries(step.judged.slots).map(([slot, value]) => `${slot} = ${value}`);
  const details = h(
    "details",
    { class: "why", open: does.isOpen, ontoggle: ({ target }) => does.toggled(target.open) },
    h("summary", { class: "small" }, h("b", {}, CAUSES[step.cause](step)), ` → ${leads}`),
    h("p", { class: "small soft" }, [heard, ...slots, `speech ${step.judged.speech}`].join(" · ")),
    h("ol", { class: "weighed" }, step.rules.map((rule) => weighed(`Rule ${rule.number}`, rule, step.cause === "repair", does))),
    step.endings.length ? h("h4", { class: "small" }, "Which ending") : null,
    step.endings.length ? h("ol", { class: "weighed" }, step.endings.map((ending) => weighed(ending.id, ending, false, does))) : null,
  );
  return details;
}

/** One rule or ending: why it was taken, why not, or that nobody came to it. */
function weighed(name, { state, words, parts, place, go }, skipped, does) {
  const told = skipped || state === "not_asked" ? "not_asked" : state;
  const mark = { taken: "✓ taken", refused: "✗", not_asked: "not asked" }[told];
  return h(
    "li",
    { class: told },
    h(
      "div",
      { class: "weighed-head" },
      h("button", { class: "line-link", type: "button", onclick: () => does.reveal(place) }, `${name} · line ${place.line}`),
      h("span", { class: "small" }, mark, go && told === "taken" ? ` → ${go}` : ""),
    ),
    parts.length
      ? h("ul", {}, parts.map((part) => h("li", { class: part.holds ? "holds" : "fails" }, h("span", {}, part.words), h("span", { class: "soft" }, part.found))))
      : h("p", { class: "small soft" }, words.join(" · ")),
  );
}
