/** The same question to one engine after the other, each answer as a card with what it took. */
import { ApiError, post, upload } from "../api.js";
import { $, h } from "../dom.js";
import { waveform } from "../play/waveform.js";
import { timeBar, compare } from "./bars.js";

const AS_SET = "as set";

/** Has a text spoken by whoever answers a learner, and by each engine alone. */
export async function speakEverywhere(names, wanted) {
  await askEach($("spoken"), names, (engine) => post("/lab/speak", { ...wanted, engine }), spoken);
}

/** Has a clip heard likewise. */
export async function hearEverywhere(names, file) {
  const ask = (engine) => {
    const form = new FormData();
    form.append("audio", file, "clip");
    if (engine) form.append("engine", engine);
    return upload("/lab/hear", form);
  };
  await askEach($("heard"), names, ask, heard);
}

async function askEach(list, names, ask, show) {
  const asked = [null, ...names];
  const cards = asked.map((name) => h("li", { class: "card try waiting", "data-engine": name ?? AS_SET }, head(name), h("p", { class: "nothing small" }, "waits …")));
  list.replaceChildren(...cards);
  for (const [at, card] of cards.entries()) {
    card.querySelector(".nothing").textContent = "asked …";
    try {
      const answer = await ask(asked[at]);
      card.replaceChildren(head(asked[at], answer), timeBar(answer), ...(answer.error ? [failure(answer)] : await show(answer)));
      compare(list);
    } catch (error) {
      for (const left of cards.slice(at)) left.remove();
      throw error;
    } finally {
      card.classList.remove("waiting");
    }
  }
}

function head(name, { receipt, error } = {}) {
  const answered = receipt && receipt.provider !== name ? h("span", { class: "chip" }, receipt.provider) : null;
  const instead = receipt?.fallback ? h("span", { class: "chip warn" }, `after ${receipt.fallback}`) : null;
  return h("header", {}, h("b", {}, name ?? AS_SET), answered, instead, error ? h("span", { class: "chip bad" }, error.code) : null);
}

function failure({ error, milliseconds }) {
  return h("div", { class: "stack" }, h("p", { class: "small" }, error.message), figures({ "gave up after": ms(milliseconds) }));
}

async function spoken(answer) {
  const bytes = Uint8Array.from(atob(answer.sound), (letter) => letter.codePointAt(0));
  const wave = await waveform("speech", new Blob([bytes], { type: answer.media_type }));
  const first = answer.receipt?.first_output_milliseconds;
  return [
    wave,
    figures({
      "whole answer": ms(answer.milliseconds),
      "first sound": first ? ms(first) : "–",
      "of real time": `${((answer.milliseconds / 10 / answer.seconds) || 0).toFixed(answer.milliseconds / 10 < answer.seconds ? 1 : 0)} %`,
      bytes: answer.bytes.toLocaleString("en"),
      letters: answer.receipt?.characters ?? "–",
      cost: cost(answer.receipt),
    }, "thirds"),
  ];
}

async function heard(answer) {
  const [best, ...others] = answer.hypotheses;
  const shown = best
    ? h("div", { class: "best" }, h("p", { class: "heard-text", lang: "ko" }, best.text), h("span", { class: "mono soft" }, share(best)))
    : h("p", { class: "nothing" }, "Nobody was heard to speak.");
  const rest = h("ol", { class: "others" }, others.map((other) => h("li", {}, h("span", { lang: "ko" }, other.text), h("span", { class: "mono" }, share(other)))));
  return [
    shown,
    others.length ? rest : "",
    figures({ "whole answer": ms(answer.milliseconds), clip: `${answer.seconds.toFixed(1)} s`, voiced: `${answer.voiced_seconds.toFixed(1)} s`, cost: cost(answer.receipt) }),
  ];
}

function figures(shown, form = "") {
  return h("dl", { class: `figures ${form}` }, Object.entries(shown).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, String(value)))));
}

const ms = (milliseconds) => (milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds).toLocaleString("en")} ms`);
const share = ({ confidence }) => confidence.toFixed(2);
const cost = (receipt) => (receipt?.cost_usd ? `$${receipt.cost_usd.toFixed(5)}` : "free");
