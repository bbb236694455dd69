/** All texts of a scene beside their meanings: read, filtered, written in their places, and heard. */
import { get, post, put } from "../../api.js";
import { $, bar, h } from "../../dom.js";
import { asked, attempt, tell } from "../page.js";
import { Editing } from "./editing.js";
import { importTable, offerExport } from "./exchange.js";
import { Filters } from "./filters.js";
import { Player } from "./player.js";
import { Sheet } from "./sheet.js";

const PAUSE_MS = 500; // before the evaluator reads along
const boot = JSON.parse($("boot").textContent);
const path = `/content/scenes/${encodeURIComponent(boot.scene)}/lines`;
const sheet = new Sheet($("sheet"));
const player = new Player(attempt);
const filters = new Filters(refilter);
const editing = new Editing($("sheet"), sheet, { write, listen: (row) => player.say(row) });
let shownPacks = [];
let saving = Promise.resolve();
let timer = 0;
let checking = 0;

/** What was written here, the latest last: { id, column, before, after }. */
const written = [];

const language = () => $("language").value;

// ── what is shown ──────────────────────────────────────────────────────────────────────────────

function show(lines) {
  const first = !sheet.columns.length;
  sheet.show(lines);
  if (first) shownPacks = packsOf(lines).slice(0, matchMedia("(max-width: 640px)").matches ? 1 : 3);
  drawColumns();
  sheet.mark(lines.findings);
  refilter();
  $("without-id").hidden = !lines.without_id;
  $("without-id-count").textContent = `${lines.without_id} ${lines.without_id === 1 ? "line has" : "lines have"} no id yet, and no row here`;
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE_MS);
}

const packsOf = ({ columns }) => columns.map(({ id }) => id).filter((id) => id !== "ko");

/** What is found with the evaluator, once there is time for it. */
async function check() {
  const mine = (checking += 1);
  const told = await attempt(() => post("/content/lint", { scene_id: boot.scene, language: language() }));
  if (!told || mine !== checking) return;
  sheet.mark(told.findings);
  refilter();
}

function refilter() {
  if (!sheet.columns.length) return;
  filters.packs = shownPacks;
  const seen = sheet.filter(filters.test(sheet));
  const all = sheet.rows.length;
  $("shown").textContent = seen === all ? `${all} texts` : `${seen} of ${all} texts`;
  $("sheet").classList.toggle("nothing", seen === 0);
}

function drawColumns() {
  $("columns").replaceChildren(...sheet.columns.filter(({ id }) => id !== "ko").map(card));
  sheet.only(shownPacks);
}

function card({ id, percent, missing, stale, there, problem }) {
  const seen = shownPacks.includes(id);
  const mark = (only, count) => (count ? h("button", { class: "chip warn", type: "button", onclick: () => narrow(id, only) }, `${count} ${only}`) : null);
  return h(
    "li",
    { class: `card cover-card ${seen ? "" : "away"}`, "data-pack": id },
    h("label", { class: "row small" }, h("input", { type: "checkbox", checked: seen, onchange: () => toggle(id) }), h("b", { class: "mono" }, id)),
    bar(percent, percent === 100 ? "" : "mid"),
    h("span", { class: "percent" }, `${percent} %`),
    h("span", { class: "row" }, problem ? h("span", { class: "chip bad", title: problem }, "cannot be read") : null, there ? null : h("span", { class: "chip warn" }, "not begun"), mark("missing", missing), mark("stale", stale), percent === 100 ? h("span", { class: "chip good" }, "complete") : null),
  );
}

function toggle(id) {
  const wanted = shownPacks.includes(id) ? shownPacks.filter((each) => each !== id) : [...shownPacks, id];
  shownPacks = sheet.columns.map((column) => column.id).filter((each) => wanted.includes(each));
  drawColumns();
  refilter();
}

/** One pack's texts of that state. */
function narrow(id, only) {
  if (!shownPacks.includes(id)) toggle(id);
  filters.choose(only);
}

// ── writing ────────────────────────────────────────────────────────────────────────────────────

/** One after the other, so that each is written over what the one before left. */
function write(row, column, text, was) {
  const mine = saving.then(() => writeNow(row, column, text, was));
  saving = mine.catch(() => {});
  drawState("saving …", "");
  return mine;
}

async function writeNow(row, column, text, was) {
  let conflict = null;
  const lines = await attempt(async () => {
    try {
      return await put(path, { column, cells: [{ id: row.id, text, was }], language: language() });
    } catch (error) {
      if (error.code !== "draft_changed" || !error.details?.cells) throw error;
      conflict = error.details.cells[0];
      return null;
    }
  });
  if (conflict) return settle(row, column, conflict);
  if (!lines) {
    drawState("not saved", "bad");
    return "kept";
  }
  drawState("saved", "good");
  show(lines);
  written.push({ id: row.id, column, before: was, after: text });
  return "saved";
}

/** Writes what stood there before the last change, where nobody else has changed it since. */
async function undo() {
  const last = written.pop();
  const row = last && sheet.row(last.id);
  if (!row) return;
  if ((await write(row, last.column, last.before, last.after)) === "saved") written.pop(); // so that the next goes further back
  const cell = sheet.cell(last.id, last.column);
  cell.focus();
}

async function settle(row, column, { yours, theirs }) {
  $("yours").value = yours;
  $("theirs").value = theirs || "(nothing)";
  const chosen = await asked($("differs"));
  if (chosen === "yours") return writeNow(row, column, yours, theirs);
  if (chosen === "theirs") {
    await read();
    return "theirs";
  }
  drawState("not saved", "bad");
  return "kept";
}

function drawState(words, kind) {
  $("state").textContent = words;
  $("state").className = `chip ${kind}`;
}

async function read() {
  const lines = await attempt(() => get(`${path}?language=${language()}`));
  if (!lines) {
    drawState("not read", "bad");
    return;
  }
  drawState("saved", "good");
  show(lines);
}

sheet.addEventListener("listen", ({ detail }) => player.say(detail.row));
sheet.addEventListener("chosen", ({ detail }) => player.choose(detail.row));
sheet.addEventListener("fits", async ({ detail: { row, column } }) => {
  const lines = await attempt(() => post(`${path}/still-fits`, { pack: column, ids: [row.id], language: language() }));
  if (lines) show(lines);
  sheet.cell(row.id, column).focus();
});
$("language").addEventListener("change", read);
$("give-ids").addEventListener("click", async () => {
  if (await attempt(() => post(`/content/scenes/${encodeURIComponent(boot.scene)}/ids`))) await read();
});
$("import").addEventListener("click", async () => {
  if (await importTable(boot.scene, sheet.columns, { attempt, language })) {
    tell("The table was taken.", "good");
    await read();
  }
});
document.addEventListener("click", ({ target }) => target.closest("#export") || $("export").removeAttribute("open"));
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  undo();
});
addEventListener("beforeunload", (event) => editing.unsaved && event.preventDefault());

const lines = await attempt(() => get(`${path}?language=${language()}`));
if (lines) {
  show(lines);
  drawState("saved", "good");
  offerExport(boot.scene, lines.columns, attempt);
  await player.raise(lines.background);
} else {
  drawState("not read", "bad");
  $("waiting").replaceChildren(h("p", {}, "The scene cannot be read now. ", h("a", { href: `/console/studio/scene/${boot.scene}` }, "Open its text")));
}
