/** One's own account: classes, signing out everywhere, and being forgotten. */
import { ApiError, post, remove } from "./api.js";
import { $ } from "./dom.js";

const note = $("account-note");

function tell(sentence) {
  note.textContent = sentence;
  note.hidden = false;
  note.scrollIntoView({ block: "nearest" });
}

async function attempt(change) {
  try {
    await change();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message);
    return false;
  }
}

$("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await attempt(() => post("/classes/join", { code: event.target.elements.code.value }))) location.reload();
});

const me = $("join").dataset.learner;
for (const row of document.querySelectorAll("[data-class]")) {
  row.querySelector(".leave-class").addEventListener("click", async () => {
    if (await attempt(() => remove(`/classes/${encodeURIComponent(row.dataset.class)}/members/${encodeURIComponent(me)}`))) location.reload();
  });
}

$("everywhere").addEventListener("click", async () => {
  if (await attempt(() => remove("/me/sign-ins"))) location.assign("/console/sign-in");
});

$("erase").addEventListener("click", async () => {
  if (!confirm("Erase your account, every session and all that you said? It cannot be taken back.")) return;
  if (await attempt(() => remove("/me"))) location.assign("/console/sign-in");
});
