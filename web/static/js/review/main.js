/** A draft behind a link, played as a learner would: the whole way is sent each time, and nothing of it is kept. */
import { ApiError, post } from "../api.js";
import { $ } from "../dom.js";
import { opening, stepView } from "../studio/play/steps.js";

const boot = JSON.parse($("boot").textContent);
const words = Object.fromEntries(boot.words);
const acts = [];
let told = null;
let asked = 0;

async function go() {
  const mine = (asked += 1);
  try {
    const answer = await post(`/reviews/${encodeURIComponent(boot.token)}/try`, { acts, pack: $("pack")?.value ?? null });
    if (mine !== asked) return;
    told = answer;
    $("note").hidden = true;
    draw();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    acts.length = told?.steps.length ?? 0;
    $("note").textContent = words[error.code] ?? words.failed;
    $("note").hidden = false;
  }
}

function draw() {
  const ends = told.steps.at(-1)?.after ?? told.begins;
  const over = ends.state !== "active";
  $("goal").textContent = over ? `${words[ends.result]} · ${words.points.replace("{score}", ends.score)}` : ends.goal;
  $("goal").className = `review-goal ${over ? ends.result : ""}`;
  $("chat").replaceChildren(opening(told, null, words), ...told.steps.map((step) => stepView(step, { words })));
  for (const each of ["text", "say", "hint"]) $(each).disabled = over;
  for (const each of ["back", "again"]) $(each).disabled = !acts.length;
  $("chat").lastElementChild.scrollIntoView({ block: "nearest" });
  if (!over) $("text").focus({ preventScroll: true });
}

function act(said) {
  if (!told) return;
  acts.push(said);
  go();
}

function cut(length) {
  acts.length = Math.max(0, length);
  go();
}

$("answer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  act(text);
});
$("hint").addEventListener("click", () => act(null));
$("back").addEventListener("click", () => cut(acts.length - 1));
$("again").addEventListener("click", () => cut(0));
$("pack")?.addEventListener("change", go);
await go();
