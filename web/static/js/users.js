/** Everybody with an account: roles, keeping somebody out, erasing. Each change names the revision that was read. */
import { ApiError, post, remove, revise } from "./api.js";
import { $ } from "./dom.js";

const note = $("users-note");

function tell(sentence) {
  note.textContent = sentence;
  note.hidden = !sentence;
}

/** Does it, and tells what went wrong. A conflict means that the page is out of date. */
async function attempt(button, change) {
  tell("");
  button.disabled = true;
  try {
    await change();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.code === "changed_meanwhile" ? "Somebody else changed this user; reload the page to see how." : error.message);
    return false;
  } finally {
    button.disabled = false;
  }
  return true;
}

function listen(row) {
  const path = `/users/${row.dataset.user}`;
  const role = row.querySelector(".role");
  const block = row.querySelector(".block");
  let known = role.value;

  async function change(what) {
    const user = await revise(path, what, row.dataset.revision);
    row.dataset.revision = user.revision;
    row.classList.toggle("blocked", user.blocked);
    row.querySelector(".blocked-chip").hidden = !user.blocked;
    block.textContent = user.blocked ? "Unblock" : "Block";
    known = role.value = user.role;
  }

  role.addEventListener("change", async () => {
    if (!(await attempt(role, () => change({ role: role.value })))) role.value = known;
  });
  block.addEventListener("click", () => attempt(block, () => change({ blocked: !row.classList.contains("blocked") })));
  const out = row.querySelector(".sign-out");
  out.addEventListener("click", async () => {
    const done = await attempt(out, () => remove(`${path}/sign-ins`));
    if (done) out.textContent = "Signed out";
  });
  const erase = row.querySelector(".erase");
  erase.addEventListener("click", async () => {
    const who = row.querySelector("b").textContent;
    if (!confirm(`Erase ${who}, with every session and all that they said? It cannot be taken back.`)) return;
    if (await attempt(erase, () => remove(path))) row.remove();
  });
}

document.querySelectorAll("tr[data-user]").forEach(listen);

const form = $("add-form");
$("add").addEventListener("click", ({ currentTarget }) => {
  form.hidden = !form.hidden;
  currentTarget.setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) form.elements.name.focus();
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, email, password, role } = form.elements;
  const body = { name: name.value || null, email: email.value, password: password.value, role: role.value };
  if (await attempt(form.querySelector("button"), () => post("/users", body))) location.assign("/console/users");
});
