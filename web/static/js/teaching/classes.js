/** A teacher's classes: making one, copying its code, taking somebody out, ending it. */
import { post, remove } from "../api.js";
import { $ } from "../dom.js";
import { attempt } from "../studio/page.js";

const boot = JSON.parse($("boot")?.textContent ?? "{}");
const path = `/classes/${encodeURIComponent(boot.class ?? "")}`;
const done = async (act) => (await attempt(async () => ((await act()), true))) === true;

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard; // only where the page came by HTTPS, or from this machine
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}

$("add-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = await attempt(() => post("/classes", { name: event.target.elements.name.value.trim() }));
  if (made) location.assign(`/console/classes/${encodeURIComponent(made.class_id)}`);
});

for (const member of document.querySelectorAll(".member")) {
  member.querySelector(".take-out").addEventListener("click", async () => {
    const name = member.querySelector("h3").textContent;
    if (!confirm(`Take ${name} out of this class? You will not see any more what they play.`)) return;
    if (await done(() => remove(`${path}/members/${encodeURIComponent(member.dataset.learner)}`))) location.reload();
  });
}

$("end-class")?.addEventListener("click", async () => {
  if (!confirm("End this class? Its code does not work any more then.")) return;
  if (await done(() => remove(path))) location.assign("/console/classes");
});
