/**
 * Where the time of each turn went, as a waterfall. The server's stages share one scale; what the learner
 * waited in all is a bar of its own, and the server's share of it is marked.
 */
import { $, h, s } from "../dom.js";

const STAGES = ["queue", "read", "evaluate", "decide", "store", "publish"]; // one after the other, on the server
const KEPT = 30;

export class Latency {
  #turns = new Map();

  constructor() {
    $("pane-latency").replaceChildren(h("p", { class: "soft" }, "Answer once and the stages of that turn appear here."));
  }

  /** Takes over a turn as the server has it. */
  turn({ turn_id: id, text, timings }) {
    const known = this.#turns.get(id);
    this.#turns.set(id, { text, timings: { ...known?.timings, ...timings } });
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

function waterfall({ text, timings }) {
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
  );
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
