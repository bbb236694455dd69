/** One scene or pack at the desk: its files, what is found in them as one types, saving, publishing, going back. */
import { post } from "../api.js";
import { $, h } from "../dom.js";
import { Checks, listFindings } from "./checks.js";
import { settledWith } from "./conflict.js";
import { Drafts } from "./drafts.js";
import { completion } from "./language/completion.js";
import { hover } from "./language/hover.js";
import { Vocabulary } from "./language/vocabulary.js";
import { attempt, tell } from "./page.js";
import { onBegin, scenePanes } from "./scene_panes.js";
import { Sides } from "./sides.js";
import { TextPane } from "./text/pane.js";
import { Versions } from "./versions.js";

const boot = JSON.parse($("boot").textContent);
const drafts = new Drafts(boot.files, { settle: settledWith(boot.nonce) });
const checks = new Checks(drafts, boot, $("language"));
const versions = new Versions(boot, { stale: () => sides.refresh() });
const sides = new Sides($("sides"), $("side"), [
  ...(boot.kind === "scene" ? scenePanes(drafts) : []),
  { name: "changes", title: "Changes", show: (home) => versions.showChanges(home) },
  { name: "history", title: "History", show: (home) => versions.showHistory(home) },
]);
onBegin(drafts, boot, () => sides.show("play"));
const vocabulary = new Vocabulary(drafts);
new TextPane($("editor"), drafts, { nonce: boot.nonce, extensions: [completion(drafts, vocabulary), hover(drafts, vocabulary)] });
listFindings(drafts, { list: $("findings"), count: $("count") });

// ── the head of the page ───────────────────────────────────────────────────────────────────────

function drawState() {
  const unsaved = Object.keys(drafts.unsaved()).length;
  $("state").textContent = unsaved ? (unsaved === 1 ? "1 file not saved" : `${unsaved} files not saved`) : "saved";
  $("state").className = `chip ${unsaved ? "warn" : "good"}`;
  $("save").disabled = !unsaved;
  const wrong = drafts.findings.some(({ severity }) => severity === "error");
  $("publish").disabled = unsaved > 0 || wrong;
  $("publish").title = unsaved ? "Save first" : wrong ? "There are errors" : "";
}

/** File -> its tab, which stays the same element: whoever chooses it by the keyboard stays on it. */
const tabs = new Map();

const newTab = (file) => h("button", { type: "button", onclick: () => attempt(() => drafts.show(file)) }, nameOf(file));

/** A scene's own files by their names, and beside them the packs that translate it; all of a pack by their names. */
const nameOf = (file) =>
  file.startsWith("langpacks/") && boot.kind === "scene" ? file.split("/")[1] : file.split("/").slice(2).join("/");

const idsTool =
  boot.kind === "scene" &&
  h("button", { type: "button", class: "tool", title: "Gives an id to every line and hint that has none", onclick: () => attempt(giveIds) }, "Give ids");

function drawFiles() {
  for (const file of drafts.files.filter((each) => !tabs.has(each))) {
    tabs.set(file, newTab(file));
    $("files").replaceChildren(...[...tabs.values(), idsTool].filter(Boolean));
  }
  for (const [file, tab] of tabs) {
    tab.classList.toggle("dirty", drafts.isDirty(file));
    tab.setAttribute("aria-pressed", String(file === drafts.shown));
  }
}

for (const event of ["changed", "saved", "shown"]) drafts.addEventListener(event, drawFiles);
for (const event of ["changed", "saved", "findings"]) drafts.addEventListener(event, drawState);

/** The server gives them in the saved draft, and it is read again. */
async function giveIds() {
  await drafts.save();
  if (Object.keys(drafts.unsaved()).length) return; // somebody else saved, and it is to be decided later
  const { ids } = await post(`/content/scenes/${encodeURIComponent(boot.id)}/ids`);
  await drafts.readAgain(`scenes/${boot.id}/scene.yaml`);
  tell(ids.length ? `New: ${ids.join(", ")}.` : "Every line and hint has an id.", "good");
}

async function save() {
  await drafts.save();
  await sides.refresh();
}

async function publish() {
  await versions.publish();
  drawState();
}

$("save").addEventListener("click", () => attempt(save));
$("publish").addEventListener("click", publish);
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  attempt(save);
});
addEventListener("beforeunload", (event) => Object.keys(drafts.unsaved()).length && event.preventDefault());

drawState();
/** `#scenes/cafe/scene.yaml:120`: other pages of the studio lead to a line. */
const [, file, line] = /^#(.+):(\d+)$/.exec(decodeURIComponent(location.hash)) ?? [];
await attempt(() => (drafts.files.includes(file) ? drafts.reveal({ file, line: Number(line) }) : drafts.show(drafts.files[0])));
// The text is what one came for; what stands beside it is fetched and asked for once it is there.
vocabulary.ask();
await sides.begin().finally(() => checks.check());
