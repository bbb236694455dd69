/** What learners said that no intent took: looked at turn by turn, and taken into the draft or put aside. */
import { get, post, put } from "../../api.js";
import { $, h } from "../../dom.js";
import { attempt } from "../page.js";
import { card } from "./card.js";

const boot = JSON.parse($("boot").textContent);
const path = `/content/scenes/${encodeURIComponent(boot.scene)}/sentences`;
let only = "open";
let told = null;

const stateOf = ({ ignored, now, taken }) => (ignored ? "ignored" : now && !taken ? "now" : "open");
const TESTS = { open: "Nothing to look at: every sentence was understood, taken or put aside.", now: "The draft understands nothing more than the scene that is live.", ignored: "Nothing was put aside." };

async function read() {
  told = await attempt(() => get(`${path}?days=${$("days").value}`));
  draw();
}

function draw() {
  if (!told) {
    $("turns").replaceChildren(h("div", { class: "card empty" }, h("p", {}, "This cannot be read now.")));
    return;
  }
  const words = $("words").value.normalize("NFC").trim().toLowerCase();
  const wanted = (sentence) => stateOf(sentence) === only && (!words || sentence.variants.some(({ text }) => text.toLowerCase().includes(words)));
  const sections = told.turns.map((turn) => ({ ...turn, sentences: turn.sentences.filter(wanted) })).filter(({ sentences }) => sentences.length);
  const count = sections.reduce((sum, { sentences }) => sum + sentences.length, 0);
  const held = told.held_back ? ` · ${told.held_back} more ${told.held_back === 1 ? "was" : "were"} said by fewer than ${told.fewest} learners` : "";
  $("shown").textContent = `${count} ${count === 1 ? "sentence" : "sentences"}${held}`;
  $("turns").replaceChildren(...(sections.length ? sections.map(section) : [h("div", { class: "card empty" }, h("h3", {}, TESTS[only]))]));
}

function section(turn) {
  return h(
    "section",
    { class: "turn-sentences", "aria-label": turn.turn },
    h("header", { class: "row" }, h("h2", { class: "mono" }, turn.turn), turn.goal ? h("span", { class: "soft small", lang: "ko" }, turn.goal) : h("span", { class: "chip warn" }, "not in the draft any more")),
    h("ul", { class: "said-list" }, turn.sentences.map((sentence) => card(boot.scene, turn, sentence, { take: (how) => take(turn, sentence, how), ignore: (yes) => ignore(turn, sentence, yes) }))),
  );
}

/** Writes it into the draft; what there is to see of it, or null. */
async function take(turn, sentence, { text, takenAs, intent }) {
  const taken = await attempt(() => post(path, { turn: turn.turn, text, taken_as: takenAs, intent }));
  if (!taken) return null;
  sentence.taken = true;
  for (const link of document.querySelectorAll("a[data-line]")) moveDown(link, taken);
  if (takenAs === "new_intent") known(turn.turn).intents.push(intent);
  return taken;
}

/** A link to a line below what was added leads to where that line is now. */
function moveDown(link, { file, line, added }) {
  const there = Number(link.dataset.line);
  if (link.dataset.file !== file || there < line) return;
  link.dataset.line = there + added;
  link.href = link.href.replace(/:\d+$/, `:${there + added}`);
}

const known = (turn) => told.turns.find((each) => each.turn === turn);

async function ignore(turn, sentence, yes) {
  const texts = sentence.variants.map(({ text }) => text);
  const done = await attempt(async () => {
    await put(`${path}/ignored`, { turn: turn.turn, texts, ignored: yes });
    return true;
  });
  if (!done) return;
  sentence.ignored = yes;
  draw();
}

for (const button of $("filters").querySelectorAll("[data-only]")) {
  button.addEventListener("click", () => {
    only = button.dataset.only;
    for (const each of $("filters").querySelectorAll("[data-only]")) each.setAttribute("aria-pressed", String(each === button));
    draw();
  });
}
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("days").addEventListener("change", read);
$("words").addEventListener("input", draw);
await read();
