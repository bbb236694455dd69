/** One sentence with the ways it was said, and what can be done about it. */
import { h, icon } from "../../dom.js";

const HIDDEN = "•••";
const NAME = "[a-z][a-z0-9_]{0,39}";

/** `acts`: take({ text, takenAs, intent }) -> { file, line } or null; ignore(yes). */
export function card(scene, turn, sentence, { take, ignore }) {
  const text = h("input", { class: "field said-text", lang: "ko", maxlength: 300, "aria-label": "The sentence, as it would be written" });
  text.value = sentence.text;
  const others = sentence.variants.filter((each) => each.text !== sentence.text);
  const place = h("li", { class: "card said-card" });
  place.append(
    text,
    h(
      "p",
      { class: "row small" },
      h("span", { class: "chip" }, sentence.times === 1 ? "once" : `${sentence.times} times`),
      h("span", { class: "chip" }, sentence.learners === 1 ? "1 learner" : `${sentence.learners} learners`),
      h("span", { class: "soft" }, "last on ", h("time", { datetime: sentence.last_on }, day(sentence.last_on))),
      sentence.now ? h("span", { class: "chip good" }, `the draft takes it as ${sentence.now}`) : null,
    ),
    others.length ? h("details", { class: "small" }, h("summary", {}, `${others.length} more ${others.length === 1 ? "way" : "ways"} of saying it`), h("ul", { class: "ways", lang: "ko" }, others.map((each) => h("li", {}, each.text, h("span", { class: "soft" }, ` ${each.times}×`))))) : "",
    actions(scene, turn, sentence, text, place, { take, ignore }),
  );
  return place;
}

function actions(scene, turn, sentence, text, place, { take, ignore }) {
  const aside = h("button", { class: "button slim", type: "button", onclick: () => ignore(!sentence.ignored) }, sentence.ignored ? "Look at it again" : "Put aside");
  if (!turn.intents.length || sentence.text.includes(HIDDEN)) return h("div", { class: "row" }, aside);
  const intent = h("select", { class: "field slim", "aria-label": "Intent" }, turn.intents.map((each) => h("option", { selected: each === sentence.like }, each)));
  const name = h("input", { class: "field slim", placeholder: "name_of_the_intent", pattern: NAME, required: true, "aria-label": "Name of the new intent", autocomplete: "off" });
  const buttons = [];
  const act = async (takenAs, chosen) => {
    for (const each of buttons) each.disabled = true;
    const taken = await take({ text: text.value.trim(), takenAs, intent: chosen });
    for (const each of buttons) each.disabled = false;
    if (taken) place.replaceChildren(...done(scene, text.value, takenAs, chosen, taken));
    if (taken) place.querySelector("a").focus();
  };
  const button = (words, kind, onclick) => {
    buttons.push(h("button", { class: `button slim ${kind}`, type: "button", onclick }, words));
    return buttons.at(-1);
  };
  const form = h("form", { class: "row new-intent", hidden: true, onsubmit: (event) => { event.preventDefault(); act("new_intent", name.value); } }, name, h("button", { class: "button slim strong", type: "submit" }, "Make it"));
  return h(
    "div",
    { class: "stack said-acts" },
    h(
      "div",
      { class: "row" },
      intent,
      button("Add as example", "strong", () => act("example", intent.value)),
      button("Not this", "", () => act("not_this", intent.value)),
      button("New intent …", "", () => { form.hidden = !form.hidden; if (!form.hidden) name.focus(); }),
      aside,
    ),
    form,
  );
}

const WHAT = { example: "an example of", not_this: "not", new_intent: "the new intent" };

function done(scene, text, takenAs, intent, { file, line }) {
  return [
    h("p", { class: "row" }, icon("check"), h("span", {}, h("b", { lang: "ko" }, text), ` is ${WHAT[takenAs]} `, h("b", { class: "mono" }, intent), " in the draft now.")),
    h("p", { class: "row" }, h("a", { class: "button slim strong", "data-file": file, "data-line": line, href: `/console/studio/scene/${encodeURIComponent(scene)}#${file}:${line}` }, "See it in the text"), takenAs === "new_intent" ? h("span", { class: "small soft" }, "It needs a rule, and more examples.") : ""),
  ];
}

const day = (date) => new Date(`${date}T12:00:00`).toLocaleDateString(undefined, { day: "numeric", month: "long", year: "numeric" });
