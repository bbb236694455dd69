/** The graph of a scene beside its text: drawn anew when the text changes, moved by hand, and a way into every line. */
import { put } from "../../api.js";
import { h, s } from "../../dom.js";
import { attempt } from "../page.js";
import { insteadOf, rehearsalOf } from "../rehearsal.js";
import { arranged, cornerOf, partsOf } from "./arrange.js";
import { boxOf, percent, picture, timesOf } from "./draw.js";
import { View } from "./view.js";

const LAYOUT = "scene-layout/1";
const CLICK_PIXELS = 4;
const NUDGE = 20;
const IDLE_MS = 1200;

/** Draws into `home`; `show()` of what it gives brings the picture up to date where it is seen. */
export function mountGraph(home, drafts) {
  const pane = new GraphPane(home, drafts, rehearsalOf(drafts));
  return { show: () => pane.show() };
}

class GraphPane {
  #home;
  #drafts;
  #rehearsal;
  #svg = s("svg", { class: "scene-graph", role: "group", "aria-label": "Graph of the scene" });
  #view = new View(this.#svg);
  #notice = h("p", { class: "graph-notice", role: "status", hidden: true });
  #rules = h("div", { class: "graph-rules", hidden: true });
  #heatBox = h("input", { type: "checkbox", checked: true, onchange: () => this.#draw() });
  #graph = null;
  #parts = null;
  #places = {};
  #middles = new Map();
  #digest = "";
  #heat = null;
  #asked = 0;
  #stale = true;
  #chosen = "";
  /** The card in whose lines the caret is. */
  #under = "";

  constructor(home, drafts, rehearsal) {
    this.#home = home;
    this.#drafts = drafts;
    this.#rehearsal = rehearsal;
    home.classList.add("graph-pane");
    home.replaceChildren(this.#tools(), this.#notice, this.#svg, legend(), this.#rules);
    rehearsal.addEventListener("stale", () => {
      this.#stale = true;
      this.show();
    });
    rehearsal.addEventListener("here", () => this.#goAlong());
    drafts.addEventListener("caret", () => this.#follow());
    this.#listen();
  }

  /** Asks again when the text has changed since, and only where somebody sees it. */
  async show() {
    if (!this.#stale || this.#home.hidden) return;
    this.#stale = false;
    const mine = (this.#asked += 1);
    const graph = await attempt(() => this.#rehearsal.ask("graph"));
    if (!graph || mine !== this.#asked) return;
    const looks = looksOf(graph);
    this.#graph = graph;
    this.#parts = partsOf(graph);
    this.#digest = graph.layout.digest;
    this.#places = graph.layout.places;
    this.#notice.textContent = insteadOf(graph.basis);
    this.#notice.hidden = !this.#notice.textContent;
    if (looks === this.#looks) this.#drawRules(); // only lines moved: the picture stays
    else this.#draw();
    this.#looks = looks;
    this.#mark();
    this.#warm(mine);
  }
  #looks = "";

  /** Where learners go is asked again only when the ways are others, and once nobody has typed for a while. */
  #warm(mine) {
    const ways = JSON.stringify(this.#graph.turns.map(({ id, rules }) => [id, rules.map(({ words, go }) => [words, go])]));
    if (ways === this.#warmed) return;
    this.#heat = null;
    this.#warmed = "";
    clearTimeout(this.#timer);
    if (this.#graph.turns.some(({ tested }) => tested === null)) return; // it has errors and cannot be played
    this.#timer = setTimeout(async () => {
      const heat = await this.#rehearsal.ask("heat").catch(() => null);
      if (mine !== this.#asked) return;
      this.#heat = heat;
      this.#warmed = ways;
      this.#draw();
    }, IDLE_MS);
  }
  #warmed = "";
  #timer = 0;

  // ── drawing ──────────────────────────────────────────────────────────────────────────────────

  #draw() {
    if (!this.#graph) return;
    const { middles, points } = arranged(this.#parts, this.#places);
    this.#middles = middles;
    const focused = document.activeElement?.closest?.(".scene-graph [data-node]")?.dataset.node;
    const heat = this.#heatBox.checked ? this.#heat : null;
    this.#svg.replaceChildren(tips(), picture(this.#parts, { middles, points }, heat, this.#graph.start));
    this.#view.holds(boxOf(this.#parts.nodes, middles), middles.get(this.#graph.start) ?? { x: 0, y: 0 });
    const nodes = this.#nodes();
    (nodes.find(({ dataset }) => dataset.node === (focused ?? this.#graph.start)) ?? nodes[0])?.setAttribute("tabindex", "0");
    if (focused) this.#node(focused)?.focus({ preventScroll: true });
    this.#marked = "";
    this.#mark();
    this.#drawRules();
  }

  #nodes = () => [...this.#svg.querySelectorAll("[data-node][role=button]")];
  #node = (id) => this.#svg.querySelector(`[data-node="${CSS.escape(id)}"]`);
  #of = (id) => this.#parts.nodes.find((node) => node.id === id);

  /** Which card the caret and the simulator are in. */
  #mark() {
    if (!this.#graph) return;
    const { file, line } = this.#drafts.caret;
    const under = ({ of }) => file === this.#graph.file && of.place && of.place.line <= line && line <= of.last_line;
    const written = this.#parts.nodes.find(under);
    this.#under = written?.id ?? "";
    const { turn, ending } = this.#rehearsal.here;
    const marks = JSON.stringify([this.#under, turn, ending, this.#chosen]);
    if (marks === this.#marked) return; // as with nearly every key
    this.#marked = marks;
    for (const element of this.#svg.querySelectorAll("[data-node]")) {
      const node = this.#of(element.dataset.node);
      element.classList.toggle("caret", node === written);
      element.classList.toggle("here", node.kind === "turn" ? node.of.id === turn && !ending : node.kind === "ending" && node.of.id === ending);
      element.classList.toggle("chosen", node.id === this.#chosen);
    }
    for (const edge of this.#svg.querySelectorAll(".edge")) {
      edge.classList.toggle("chosen", this.#chosen !== "" && (edge.dataset.from === this.#chosen || edge.dataset.to === this.#chosen));
    }
  }

  #marked = "";

  /** Another turn is written at: its card comes into sight. */
  #follow() {
    const before = this.#under;
    this.#mark();
    const node = this.#under !== before && this.#of(this.#under);
    if (node) this.#view.reveal(this.#boxAround(node));
  }

  /** The simulator has come to another card, which comes into sight. */
  #goAlong() {
    this.#mark();
    const element = this.#svg.querySelector("[data-node].here");
    if (element) this.#view.reveal(this.#boxAround(this.#of(element.dataset.node)));
  }

  #tools() {
    const button = (label, act, text = label) => h("button", { class: "button slim", type: "button", title: label, "aria-label": label, onclick: act }, text);
    return h(
      "div",
      { class: "graph-tools row" },
      button("Fit: show all", () => this.#view.fit(), "Fit"),
      button("Larger", () => this.#view.zoom(1), "+"),
      button("Smaller", () => this.#view.zoom(-1), "−"),
      button("Arrange again", () => this.#arrangeAgain()),
      h("label", { class: "row small", title: "Sixty synthetic learners play the scene: fluent, inventive, slipping, casual, lost and stubborn ones" }, this.#heatBox, "Where learners go"),
    );
  }

  /** Everything about the chosen card, in words. */
  #drawRules() {
    const node = this.#parts?.nodes.find(({ id }) => id === this.#chosen);
    this.#rules.hidden = !node;
    if (!node) return;
    const { of, kind } = node;
    const close = h("button", { class: "button slim", type: "button", "aria-label": "Close", onclick: () => this.#choose("") }, "×");
    const head = h(
      "div",
      { class: "row apart" },
      h("h3", {}, of.id),
      h(
        "span",
        { class: "row" },
        kind === "turn" ? h("button", { class: "button slim strong", type: "button", onclick: () => this.#rehearsal.begin(of.id) }, "Play from here") : null,
        h("button", { class: "button slim", type: "button", onclick: () => attempt(() => this.#rehearsal.reveal(of.place)) }, `Line ${of.place.line}`),
        close,
      ),
    );
    const ko = h("p", { lang: "ko" }, of.ko);
    if (kind === "ending") return this.#rules.replaceChildren(head, ko, h("p", { class: "small soft" }, of.words.join(" and ")));
    const rules = h("ol", { class: "rule-list" }, of.rules.map((rule) => this.#rule(of, rule)));
    this.#rules.replaceChildren(head, ko, rules);
  }

  #rule(turn, rule) {
    const heat = this.#heatBox.checked ? this.#heat : null;
    const times = heat ? timesOf(heat, turn.id, rule.number) : 0;
    const chip = rule.dead ? h("span", { class: "chip" }, "never taken") : rule.tested === false ? h("span", { class: "chip warn" }, "no test") : null;
    return h(
      "li",
      { class: rule.dead ? "dead" : "" },
      h(
        "button",
        { type: "button", class: "rule-line", title: `Line ${rule.place.line}`, onclick: () => attempt(() => this.#rehearsal.reveal(rule.place)) },
        h("span", { class: "number" }, String(rule.number)),
        h("span", {}, rule.words.join(" · "), rule.says ? h("small", { class: "soft", lang: "ko" }, rule.says) : null),
        h("b", {}, rule.go === "again" ? "↺ again" : `→ ${rule.go}`),
        h("span", { class: "row" }, chip, heat && times ? h("span", { class: "small soft" }, `${times}×`) : null),
      ),
    );
  }

  // ── choosing and moving ──────────────────────────────────────────────────────────────────────

  #choose(id) {
    this.#chosen = id;
    this.#mark();
    this.#drawRules();
    const node = this.#parts.nodes.find((each) => each.id === id);
    if (node) this.#view.reveal(this.#boxAround(node));
  }

  #boxAround(node) {
    const { x, y } = this.#middles.get(node.id);
    return { x: x - node.width / 2, y: y - node.height / 2, width: node.width, height: node.height };
  }

  #listen() {
    this.#svg.addEventListener("pointerdown", (event) => this.#grab(event));
    this.#svg.addEventListener("contextmenu", (event) => {
      const node = event.target.closest(".turn");
      if (!node) return;
      event.preventDefault();
      this.#choose(node.dataset.node);
      this.#rules.querySelector(".strong")?.focus();
    });
    this.#svg.addEventListener("click", (event) => {
      const edge = event.target.closest(".edge");
      if (edge && this.#of(edge.dataset.from).kind === "turn") this.#choose(edge.dataset.from);
    });
    this.#svg.addEventListener("keydown", (event) => this.#key(event));
  }

  /** A press is a click unless it moves: then the card goes along. */
  #grab(event) {
    const element = event.target.closest("[data-node]");
    const node = element && this.#of(element.dataset.node);
    if (!node || event.button !== 0) return;
    const begun = this.#view.point(event);
    const from = { ...this.#middles.get(node.id) };
    let moved = false;
    element.setPointerCapture(event.pointerId);
    const move = (next) => {
      if (!moved && Math.hypot(next.clientX - event.clientX, next.clientY - event.clientY) < CLICK_PIXELS) return;
      moved = true;
      const now = this.#view.point(next);
      const middle = { x: from.x + now.x - begun.x, y: from.y + now.y - begun.y };
      element.setAttribute("transform", `translate(${middle.x - node.width / 2} ${middle.y - node.height / 2})`);
      this.#middles.set(node.id, middle);
    };
    const over = () => {
      element.removeEventListener("pointermove", move);
      for (const end of ["pointerup", "pointercancel"]) element.removeEventListener(end, over);
      if (moved) this.#keepPlaces();
      else if (node.of.place) this.#open(node);
    };
    element.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, over);
  }

  #open(node) {
    this.#choose(node.id);
    attempt(() => this.#rehearsal.reveal(node.of.place));
  }

  #key(event) {
    const element = event.target.closest("[data-node]");
    if (!element) return;
    const node = this.#of(element.dataset.node);
    const side = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (event.key === "Enter" || event.key === " ") this.#open(node);
    else if (event.key === "p" && node.kind === "turn") this.#rehearsal.begin(node.of.id);
    else if (event.key === "Escape") this.#choose("");
    else if (event.key === "+" || event.key === "-") this.#view.zoom(event.key === "+" ? 1 : -1);
    else if (side && event.shiftKey) this.#nudge(node, side);
    else if (side) this.#walk(node, side);
    else return;
    event.preventDefault();
  }

  #nudge(node, [right, down]) {
    const { x, y } = this.#middles.get(node.id);
    this.#middles.set(node.id, { x: x + right * NUDGE, y: y + down * NUDGE });
    this.#keepPlaces();
  }

  /** To the nearest card on that side. */
  #walk(node, [right, down]) {
    const here = this.#middles.get(node.id);
    const found = this.#nodes()
      .map((element) => ({ element, ...this.#middles.get(element.dataset.node) }))
      .map(({ element, x, y }) => {
        const ahead = (x - here.x) * right + (y - here.y) * down;
        const aside = Math.abs((x - here.x) * down) + Math.abs((y - here.y) * right);
        return { element, ahead, far: ahead + 2 * aside };
      })
      .filter(({ ahead }) => ahead > 1)
      .sort((one, other) => one.far - other.far)[0]?.element;
    if (!found) return;
    for (const each of this.#nodes()) each.setAttribute("tabindex", each === found ? "0" : "-1");
    found.focus({ preventScroll: true });
    this.#view.reveal(this.#boxAround(this.#of(found.dataset.node)));
  }

  // ── places ───────────────────────────────────────────────────────────────────────────────────

  /** All of them are kept, so that the picture stays as it is when one card is moved. */
  #keepPlaces() {
    this.#places = Object.fromEntries(this.#parts.nodes.map((node) => [node.id, cornerOf(node, this.#middles.get(node.id))]));
    this.#draw();
    this.#savePlaces();
  }

  #arrangeAgain() {
    this.#places = {};
    this.#draw();
    this.#view.begin();
    this.#savePlaces();
  }

  /** Places are saved at once and one save after the other; of two people who move cards the later one is right. */
  #savePlaces() {
    this.#saving = this.#saving.then(() => attempt(() => this.#putPlaces()));
  }
  #saving = Promise.resolve();

  async #putPlaces() {
    const body = { file: `${this.#rehearsal.folder}layout.json`, text: layoutText(this.#places), digest: this.#digest };
    try {
      this.#digest = (await put("/content/draft", body)).digest;
    } catch (error) {
      if (error.code !== "draft_changed") throw error;
      this.#digest = (await put("/content/draft", { ...body, digest: error.details.digest })).digest;
    }
  }
}

/** One line for each card, so that two versions can be compared. */
/** What of a graph is drawn: all but the lines where things stand. */
const looksOf = (graph) =>
  JSON.stringify(graph, (key, value) => (key === "place" || key === "last_line" || key === "digest" ? undefined : value));

function layoutText(places) {
  const lines = Object.entries(places).map(([id, corner]) => `    ${JSON.stringify(id)}: ${JSON.stringify(corner)}`);
  return `{\n  "schema": "${LAYOUT}",\n  "turns": {\n${lines.join(",\n")}\n  }\n}\n`;
}

const tips = () =>
  s(
    "defs",
    {},
    ["plain", "hot", "untested", "dead"].map((kind) =>
      s(
        "marker",
        { id: `tip-${kind}`, class: `tip ${kind}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" },
        s("path", { d: "M0 0L10 5L0 10z" }),
      ),
    ),
  );

const legend = () =>
  h(
    "ul",
    { class: "graph-legend small" },
    [
      ["hot", `taken by ${percent(0.5)} of learners or more`],
      ["untested", "no test goes there"],
      ["dead", "never reached or taken"],
      ["caret", "the caret is here"],
      ["here", "the simulator is here"],
    ].map(([kind, words]) => h("li", {}, h("i", { class: kind }), words)),
  );
