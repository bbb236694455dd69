/** Every frame as it went over the wire, the newest last. */
import { $, bar, h } from "../dom.js";

const FRAME_LIMIT = 1024; // bytes that the protocol allows
const KEPT = 400;

export class Frames {
  #list = $("frames");
  #words = "";
  #sinceCut = null;
  #count = 0;

  constructor() {
    $("frame-filter").addEventListener("input", ({ target }) => this.#filter(target.value.trim().toLowerCase()));
  }

  /** Adds what `KotoClient` reports as "tap". */
  add({ direction, text, bytes, frame, replayed, duplicate }) {
    if (replayed && this.#sinceCut !== null) this.#sinceCut += 1;
    this.#count += 1;
    const row = h(
      "details",
      { class: `frame ${direction} ${replayed ? "replayed" : ""}` },
      h(
        "summary",
        {},
        h("span", { class: "way", title: direction === "out" ? "sent" : "received" }, direction === "out" ? "↑" : "↓"),
        h("span", { class: "seq" }, String(frame.seq ?? "")),
        h("span", { class: "type" }, frame.type),
        replayed ? h("span", { class: "chip warn" }, "replayed") : duplicate ? h("span", { class: "chip" }, "again") : h("span"),
        h("span", { class: "bytes" }, `${bytes} B`, budget(bytes)),
      ),
      h("pre", {}, ...coloured(JSON.stringify(frame, null, 2))),
    );
    const item = h("li", { "data-text": `${frame.type} ${text}`.toLowerCase() }, row);
    item.hidden = !item.dataset.text.includes(this.#words);
    this.#append(item);
    $("frame-count").textContent = `${this.#count} frames`;
  }

  /** Draws the line where the connection was cut. */
  cut(sentence) {
    this.#sinceCut = 0;
    this.#append(h("li", { class: "cut" }, sentence));
  }

  /** Draws the line where it came back; frames replayed from here on are marked. */
  back() {
    if (this.#sinceCut !== null) this.#append(h("li", { class: "cut back" }, "connected again"));
  }

  #append(item) {
    const pane = this.#list.parentElement;
    const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 60;
    this.#list.append(item);
    if (this.#list.children.length > KEPT) this.#list.firstElementChild.remove();
    if (atEnd) pane.scrollTop = pane.scrollHeight;
  }

  #filter(words) {
    this.#words = words;
    for (const item of this.#list.querySelectorAll("[data-text]")) item.hidden = !item.dataset.text.includes(words);
  }
}

/** How much of the allowed size a frame takes. */
function budget(bytes) {
  const drawn = bar((100 * bytes) / FRAME_LIMIT);
  drawn.setAttribute("class", "budget");
  return drawn;
}

/** JSON text with its keys, strings and numbers in colour. */
function coloured(json) {
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?|true|false|null)/g;
  const parts = [];
  let from = 0;
  for (const match of json.matchAll(token)) {
    parts.push(json.slice(from, match.index));
    const [whole, string, colon] = match;
    const kind = !string ? "number" : colon ? "key" : "text";
    parts.push(h("span", { class: kind }, string ?? whole), colon ?? "");
    from = match.index + whole.length;
  }
  return [...parts, json.slice(from)];
}
