/** One scene or pack at the desk: its files, what is found in them as one types, saving, publishing, going back. */
import { ApiError, get, post, put } from "../api.js";
import { $, h } from "../dom.js";
import { Editor } from "./editor.js";
import { changesView, findingsView, historyView } from "./views.js";

const PAUSE_MS = 350;
const boot = JSON.parse($("boot").textContent);
const collection = `/content/${boot.kind === "scene" ? "scenes" : "langpacks"}/${encodeURIComponent(boot.id)}`;
/** File -> { text, saved, digest } of those that were opened. */
const open = new Map();
let shown = "";
let findings = [];
let checking = 0;
let timer = 0;

const editor = new Editor($("editor"), { changed: typed });

// ── files ──────────────────────────────────────────────────────────────────────────────────────

async function show(file) {
  if (!open.has(file)) {
    const draft = await get(`/content/draft?file=${encodeURIComponent(file)}`);
    open.set(file, { text: draft.text, saved: draft.text, digest: draft.digest });
  }
  shown = file;
  editor.show(open.get(file).text);
  underline();
  drawState();
}

function typed(text) {
  open.get(shown).text = text;
  drawState();
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE_MS);
}

const isDirty = (file) => open.has(file) && open.get(file).text !== open.get(file).saved;
const dirty = () => boot.files.filter(isDirty);

function drawState() {
  const unsaved = dirty().length;
  $("state").textContent = unsaved ? (unsaved === 1 ? "1 file not saved" : `${unsaved} files not saved`) : "saved";
  $("state").className = `chip ${unsaved ? "warn" : "good"}`;
  $("save").disabled = !unsaved;
  $("files").replaceChildren(
    ...boot.files.map((file) =>
      h(
        "button",
        {
          type: "button",
          class: isDirty(file) ? "dirty" : "",
          "aria-pressed": String(file === shown),
          onclick: () => attempt(() => show(file)),
        },
        file.split("/").slice(2).join("/"),
      ),
    ),
  );
  const wrong = findings.some(({ severity }) => severity === "error");
  $("publish").disabled = unsaved > 0 || wrong;
  $("publish").title = unsaved ? "Save first" : wrong ? "There are errors" : "";
}

// ── findings ───────────────────────────────────────────────────────────────────────────────────

async function check() {
  const mine = (checking += 1);
  const unsaved = Object.fromEntries(dirty().map((file) => [file, open.get(file).text]));
  const scene = boot.kind === "scene" ? boot.id : null;
  const told = await attempt(() => post("/content/lint", { scene_id: scene, unsaved, language: $("language").value }));
  if (!told || mine !== checking) return; // something newer is asked
  findings = boot.kind === "scene" ? told.findings : told.findings.filter(({ file }) => file.startsWith(`langpacks/${boot.id}/`));
  const wrong = findings.filter(({ severity }) => severity === "error").length;
  $("count").textContent = findings.length || "";
  $("count").classList.toggle("wrong", wrong > 0);
  $("findings").replaceChildren(...findingsView(findings, { go, fix }));
  underline();
  drawState();
}

const underline = () => editor.underline(findings.filter(({ file }) => file === shown));

async function go({ file, line, column }) {
  if (!boot.files.includes(file)) return tell(`${file} is worked on elsewhere in the studio.`);
  if (file !== shown && !(await attempt(() => show(file).then(() => true)))) return;
  editor.goTo(line, column);
}

async function fix(finding) {
  await go(finding);
  if (shown === finding.file) editor.apply(finding.fix);
}

// ── saving ─────────────────────────────────────────────────────────────────────────────────────

async function save() {
  for (const file of dirty()) {
    const draft = open.get(file);
    const text = draft.text;
    try {
      const saved = await put("/content/draft", { file, text, digest: draft.digest });
      draft.digest = saved.digest;
      draft.saved = saved.text;
      if (draft.text === text) draft.text = saved.text;
      if (file === shown && editor.text !== draft.text) editor.show(draft.text);
    } catch (error) {
      if (error.code !== "draft_changed") throw error;
      await settle(file, error.details);
    }
  }
  drawState();
  await Promise.all([check(), sides[side]?.()]);
}

/** Two saved one file: both texts are shown, and one of them is taken. */
async function settle(file, { yours, theirs, digest }) {
  $("yours").value = yours;
  $("theirs").value = theirs;
  const draft = open.get(file);
  const chosen = await asked($("conflict"), $("yours"));
  if (!chosen) return;
  draft.digest = digest;
  draft.saved = theirs;
  if (chosen === "theirs") draft.text = theirs;
  if (file === shown) editor.show(draft.text);
  if (chosen === "yours") await save();
}

function asked(dialog, ...texts) {
  dialog.returnValue = "";
  dialog.showModal();
  for (const text of texts) text.setSelectionRange(0, 0);
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

// ── versions ───────────────────────────────────────────────────────────────────────────────────

let side = "findings";
const sides = {
  changes: async () => $("changes").replaceChildren(...changesView(await get(`${collection}/diff`))),
  history: async () => drawHistory((await get(`${collection}/history`)).entries),
};

function drawHistory(entries) {
  $("history").replaceChildren(...historyView(entries, { revert }));
  if (entries.length) $("live").textContent = `version ${entries.at(-1).version} is live`;
  if (entries.length) $("live").className = "chip good";
}

async function publish() {
  await attempt(async () => $("publishing-changes").replaceChildren(...changesView(await get(`${collection}/diff`))));
  if ((await asked($("publishing"))) !== "publish") return;
  $("publish").disabled = true;
  await attempt(async () => {
    const made = await post(`${collection}/publish`, { name: $("publish-name").value.trim(), note: $("publish-note").value.trim() });
    tell(`Version ${made.version} is live.`, "good");
    $("publish-name").value = $("publish-note").value = "";
    await sides.history();
    await sides[side]?.();
  });
  drawState();
}

async function revert(entry) {
  if (!confirm(`Make version ${entry.version} live again? The draft stays as it is.`)) return;
  await attempt(async () => {
    drawHistory((await post(`${collection}/revert`, { version: entry.version, note: "" })).entries);
    tell(`Version ${entry.version} is live again.`, "good");
  });
}

// ── the page ───────────────────────────────────────────────────────────────────────────────────

async function attempt(act) {
  try {
    const done = await act();
    if ($("note").classList.contains("bad")) tell("");
    return done;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message);
    return null;
  }
}

function tell(sentence, kind = "bad") {
  $("note").textContent = sentence;
  $("note").className = `notice chip ${kind}`;
  $("note").hidden = !sentence;
}

$("save").addEventListener("click", () => attempt(save));
$("publish").addEventListener("click", publish);
$("language").addEventListener("change", check);
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  attempt(save);
});
addEventListener("beforeunload", (event) => dirty().length && event.preventDefault());
for (const button of document.querySelectorAll("[data-side]")) {
  button.addEventListener("click", () => {
    side = button.dataset.side;
    for (const each of document.querySelectorAll("[data-side]")) {
      each.setAttribute("aria-pressed", String(each === button));
      $(each.dataset.side).hidden = each !== button;
    }
    attempt(async () => sides[side]?.());
  });
}

await attempt(() => show(boot.files[0]));
await check();
