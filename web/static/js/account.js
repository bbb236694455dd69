/** One's own account: e-mail and password, signing out, and being forgotten. */
import { ApiError, put, remove } from "./api.js";
import { $ } from "./dom.js";

const note = $("account-note");

function tell(sentence, bad = true) {
  note.textContent = sentence;
  note.classList.toggle("bad", bad);
  note.classList.toggle("good", !bad);
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

$("credentials").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const { email, password, current_password: current } = form.elements;
  const body = { email: email.value, password: password.value, current_password: current ? current.value : null };
  if (!(await attempt(() => put("/me/credentials", body)))) return;
  // Every device was signed out, this browser's cookie with them: sign in again in the same breath.
  const fields = new URLSearchParams({ email: email.value, password: password.value, next: "/console/account" });
  await fetch("/console/sign-in", { method: "POST", body: fields });
  location.assign("/console/account");
});

$("everywhere").addEventListener("click", async () => {
  if (await attempt(() => remove("/me/sign-ins"))) location.assign("/console/sign-in");
});

$("erase").addEventListener("click", async () => {
  if (!confirm("Erase your account, every session and all that you said? It cannot be taken back.")) return;
  if (await attempt(() => remove("/me"))) location.assign("/console/sign-in");
});
