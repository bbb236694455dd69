/** A card for every engine, and the switches that break it on purpose. */
import { ApiError, put } from "../api.js";
import { $, h } from "../dom.js";

const KINDS = { fail: "fails", hang: "hangs", silence: "answers nothing" };
const TITLES = { p50: "of its last 100 answers; known after 20", p95: "of its last 100 answers; known after 20", failures: "in a row" };
const SPANS = { "": "until mended", 1: "1 question", 3: "3 questions", 10: "10 questions" };

export class EngineList {
  #cards = new Map();
  #development;
  #failed;

  /** `failed(sentence)` is told what could not be done. */
  constructor({ development, failed }) {
    this.#development = development;
    this.#failed = failed;
  }

  /** Takes over what `GET /lab` tells. A card stays the same element, so that its switches keep what was chosen. */
  show(engines) {
    for (const engine of engines) {
      const key = `${engine.stage} ${engine.name}`;
      if (!this.#cards.has(key)) this.#cards.set(key, this.#add(engine));
      this.#cards.get(key)(engine);
    }
  }

  /** Names of the engines of a stage, in their order. */
  names(stage) {
    return [...this.#cards.keys()].filter((key) => key.startsWith(`${stage} `)).map((key) => key.slice(stage.length + 1));
  }

  #add({ stage, name }) {
    const list = $(`engines-${stage}`);
    const place = h("span", { class: "place", title: "its place in the order" }, String(list.children.length + 1));
    const state = h("span", { class: "chip" });
    const figures = h("dl", { class: "figures" });
    const switches = this.#development ? this.#switches(stage, name) : null;
    const card = h("li", { class: "card engine", "data-engine": name }, h("header", {}, place, h("b", {}, name), state), figures, switches?.element);
    list.append(card);
    return (engine) => {
      const [word, kind] = condition(engine);
      state.textContent = word;
      state.className = `chip ${kind}`;
      card.classList.toggle("broken", engine.fault !== null);
      figures.replaceChildren(...facts(engine));
      switches?.update(engine.fault);
    };
  }

  #switches(stage, name) {
    const kind = choice("How it breaks", KINDS);
    const span = choice("For how long", SPANS);
    const send = async (body) => {
      try {
        this.show((await put("/lab/faults", { stage, engine: name, ...body })).engines);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#failed(error.message);
      }
    };
    const breaks = h("button", { class: "button slim warm", type: "button", onclick: () => send({ kind: kind.value, questions: Number(span.value) || null }) }, "Break");
    const told = h("span", { class: "small" });
    const mends = h("button", { class: "button slim", type: "button", onclick: () => send({ kind: null }) }, "Mend");
    const whole = [kind, span, breaks];
    const broken = [told, mends];
    return {
      element: h("div", { class: "breaking" }, ...whole, ...broken),
      update(fault) {
        for (const part of whole) part.hidden = fault !== null;
        for (const part of broken) part.hidden = fault === null;
        if (fault) told.textContent = `${KINDS[fault.kind]} ${fault.questions === null ? "until it is mended" : `for ${fault.questions} more`}`;
      },
    };
  }
}

function choice(label, options) {
  const made = Object.entries(options).sort(([a], [b]) => (a === "" ? -1 : b === "" ? 1 : 0));
  return h("select", { class: "field", "aria-label": label }, made.map(([value, text]) => h("option", { value }, text)));
}

function condition({ resting, fault, since, failures }) {
  if (resting) return [`rests since ${new Date(since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false })}`, "bad"];
  if (fault) return ["broken on purpose", "warn"];
  return failures ? ["failed lately", "warn"] : ["working", "good"];
}

function facts({ p50_seconds: p50, p95_seconds: p95, failures, asked_now: asked }) {
  const shown = { p50: time(p50), p95: time(p95), failures, "asked now": asked };
  return Object.entries(shown).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { title: TITLES[name] }, String(value))));
}

const time = (seconds) => (seconds === null ? "–" : seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`);
