/** The developer panel: frames, latency and state of the session that is being played. */
import { $ } from "../dom.js";
import { Frames } from "./frames.js";
import { Latency } from "./latency.js";
import { showState } from "./state.js";
import { useTabs } from "./tabs.js";

const OPEN = "koto-dev-open";
const ROOMY = window.matchMedia("(min-width: 1241px)");
const STATES = { connecting: "connecting …", open: "connected", waiting: "cut, coming back", closed: "closed" };

export class DeveloperPanel {
  #frames = new Frames();
  #latency = new Latency();
  #client = null;
  #dropNext = false;

  constructor() {
    useTabs($("dev"));
    this.#show(ROOMY.matches && localStorage.getItem(OPEN) !== "no");
    $("dev-toggle").addEventListener("click", () => this.#toggle());
    $("dev-close").addEventListener("click", () => this.#toggle());
  }

  /** Watches a connection; `changePack(id)` starts over in another language. */
  attach(client, changePack) {
    this.#client = client;
    client.addEventListener("tap", ({ detail }) => this.#frames.add(detail));
    client.addEventListener("frame", () => ($("link-seq").textContent = `seq ${client.lastSeq}`));
    client.addEventListener("status", ({ detail }) => this.#status(detail));
    $("drop").disabled = false;
    $("drop").addEventListener("click", () => client.drop());
    $("drop-next").addEventListener("click", () => this.#arm(!this.#dropNext));
    $("pack").addEventListener("change", () => changePack($("pack").value));
  }

  /** An answer has been sent: cuts the line if that was asked for. */
  answered() {
    if (!this.#dropNext) return;
    this.#arm(false);
    this.#client.drop();
  }

  /** Takes over a turn in full detail. */
  turn(turn) {
    this.#latency.turn(turn);
  }

  /** How long the learner waited for the voice, measured here. */
  perceived(turnId, ms) {
    this.#latency.perceived(turnId, ms);
  }

  /** Takes over the session as the server has it. */
  state(view) {
    showState(view);
  }

  #status({ state, delay, code }) {
    $("link").className = `link ${state}`;
    $("link").querySelector("b").textContent = STATES[state];
    if (state === "waiting") this.#frames.cut(`connection lost (${code}), again in ${Math.round(delay)} ms`);
    if (state === "open") this.#frames.back();
    if (state === "closed") this.#frames.cut(`closed${code ? ` (${code})` : ""}`);
  }

  #arm(yes) {
    this.#dropNext = yes;
    $("drop-next").setAttribute("aria-pressed", String(yes));
  }

  #toggle() {
    this.#show($("dev").hidden);
    localStorage.setItem(OPEN, $("dev").hidden ? "no" : "yes");
    if (!$("dev").hidden && !ROOMY.matches) $("dev-close").focus();
    else if ($("dev").hidden) $("dev-toggle").focus({ preventScroll: true });
  }

  #show(yes) {
    $("dev").hidden = !yes;
    $("dev-toggle").setAttribute("aria-expanded", String(yes));
    $("dev").parentElement.classList.toggle("with-dev", yes);
  }
}
