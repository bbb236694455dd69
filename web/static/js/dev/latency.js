/**
 * Where the time of each turn went, as a waterfall. The server's stages share one scale; what the learner
 * waited in all is a bar of its own, and the server's share of it is marked.
 */
import { $, h, s } from "../dom.js";

const STAGES = ["queue_voice", "decode", "stt", "queue", "read", "evaluate", "decide", "store", "publish"]; // one after the other, on the server
const KEPT = 30;

export class Latency {
  #turns = new Map();

  constructor() {
    $("pane-latency").replaceChildren(h("p", { class: "soft" }, "Answer once and the stages of that turn appear here."));
  }

  /** Takes over a turn as the server has it. */
  turn({ turn_id: id, text, timings, receipts }) {
    const known = this.#turns.get(id);
    this.#turns.set(id, { text, receipts, timings: { ...known?.timings, ...timings } });
    if (this.#turns.size > KEPT) this.#turns.delete(this.#turns.keys().next().value);
    this.#draw();
  }

  /** Adds the time that the learner waited for the voice. */
  perceived(id, ms) {
    const turn = this.#turns.get(id) ?? { text: "", timings: {} };
    this.#turns.set(id, { ...turn, timings: { ...turn.timings, perceived: ms } });
    this.#draw();
  }

  #draw() {
    const falls = [...this.#turns.values()].reverse().map(waterfall);
    $("pane-latency").replaceChildren(h("div", { class: "falls" }, ...falls));
  }
}

function waterfall({ text, timings, receipts = [] }) {
  const rows = [];
  let at = 0;
  for (const stage of STAGES.filter((each) => each in timings)) {
    rows.push({ stage, from: at, ms: timings[stage], kind: "server" });
    at += timings[stage];
  }
  const server = at;
  if ("speech" in timings) rows.push({ stage: "speech", from: server, ms: timings.speech, kind: "speech" });
  const whole = Math.max(0.001, ...rows.map(({ from, ms }) => from + ms));
  return h(
    "section",
    { class: "fall" },
    h("h3", {}, h("span", { lang: "ko" }, text), h("span", { class: "mono" }, `${server.toFixed(1)} ms`)),
    h("table", {}, h("tbody", {}, ...rows.map((row) => tableRow(row, whole)), "perceived" in timings ? waited(timings.perceived, server) : null)),
    receipts.length ? receiptTable(receipts) : null,
  );
}

/** Who did what for how long and for how much. */
function receiptTable(receipts) {
  const rows = receipts.map((receipt) =>
    h(
      "tr",
      { class: receipt.fallback ? "fell" : "" },
      h("td", {}, receipt.stage),
      h("td", {}, receipt.provider, receipt.fallback ? h("small", { class: "soft" }, ` after ${receipt.fallback}`) : null, receipt.cached ? h("span", { class: "chip" }, "kept") : null),
      h("td", { class: "number" }, receipt.cached ? "–" : `${receipt.milliseconds.toFixed(0)} ms`),
      h("td", { class: "number" }, amount(receipt)),
      h("td", { class: "number" }, receipt.cost_usd ? `$${receipt.cost_usd.toFixed(5)}` : "free"),
    ),
  );
  return h("table", { class: "receipts" }, h("thead", {}, h("tr", {}, ["stage", "engine", "time", "amount", "cost"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, ...rows));
}

function amount({ audio_seconds: seconds, characters, tokens }) {
  if (tokens) return `${tokens} tokens`;
  if (characters) return `${characters} letters`;
  return seconds ? `${seconds.toFixed(1)} s` : "";
}

function tableRow({ stage, from, ms, kind }, whole) {
  const share = (part) => (100 * part) / whole;
  return row(stage, ms, s("rect", { class: kind, x: share(from), width: Math.max(0.6, share(ms)), height: 14 }));
}

function waited(ms, server) {
  const share = Math.min(100, (100 * server) / ms);
  return row("perceived", ms, s("rect", { class: "perceived", width: 100, height: 14 }), s("rect", { class: "server", width: share, height: 14 }));
}

function row(stage, ms, ...bars) {
  const drawn = s(
    "svg",
    { viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "track", width: 100, height: 14 }),
    ...bars,
  );
  return h("tr", {}, h("th", { scope: "row" }, stage), h("td", {}, drawn), h("td", {}, `${ms.toFixed(ms < 10 ? 2 : 1)} ms`));
}
