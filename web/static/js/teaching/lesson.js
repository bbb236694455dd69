/** One lesson: its words and scenes, saved against the revision that was read, so that two people never overwrite each other. */
import { get, post, remove, replaceAt } from "../api.js";
import { $, h } from "../dom.js";
import { asked, attempt } from "../studio/page.js";

const boot = JSON.parse($("boot").textContent);
const form = $("lesson");
const titles = new Map(boot.scenes.map((id, at) => [id, boot.titles[at]]));
let lesson = boot.lesson;
let order = [];

const path = () => `/lessons/${encodeURIComponent(lesson.lesson_id)}`;
const titleOf = (id) => titles.get(id) ?? id;

function show({ title, goal, scenes, published }) {
  form.elements.title.value = title;
  form.elements.goal.value = goal;
  form.elements.published.checked = published;
  order = [...scenes];
  drawOrder();
}

const written = () => ({ title: form.elements.title.value.trim(), goal: form.elements.goal.value.trim(), scenes: order, published: form.elements.published.checked });

function drawOrder() {
  const move = (at, by) => {
    [order[at], order[at + by]] = [order[at + by], order[at]];
    drawOrder();
    $("order").children[at + by].querySelector("button").focus();
  };
  const button = (label, text, disabled, onclick) => h("button", { class: "button slim", type: "button", "aria-label": label, disabled, onclick }, text);
  $("order").replaceChildren(
    ...order.map((id, at) =>
      h(
        "li",
        { class: "row apart" },
        h("span", {}, h("b", { lang: "ko" }, titleOf(id)), " ", h("span", { class: "mono small soft" }, id)),
        h(
          "span",
          { class: "row" },
          button(`${id} up`, "↑", at === 0, () => move(at, -1)),
          button(`${id} down`, "↓", at === order.length - 1, () => move(at, 1)),
          button(`${id} out`, "Remove", false, () => { order.splice(at, 1); drawOrder(); }),
        ),
      ),
    ),
  );
  const left = boot.scenes.filter((id) => !order.includes(id));
  $("scene").replaceChildren(...left.map((id) => h("option", { value: id }, `${titleOf(id)} · ${id}`)));
  $("add-scene").disabled = $("scene").disabled = !left.length;
  $("saved").hidden = true;
}

async function save(revision) {
  const body = written();
  let changed = false;
  const saved = await attempt(async () => {
    try {
      return lesson ? await replaceAt(path(), body, revision) : await post("/lessons", body);
    } catch (error) {
      if (error.code !== "changed_meanwhile") throw error;
      changed = true;
      return null;
    }
  });
  if (changed) return settle(body);
  if (!saved) return undefined;
  if (!lesson) return location.assign(`/console/lessons/${encodeURIComponent(saved.lesson_id)}`);
  took(saved);
  return undefined;
}

function took(saved) {
  lesson = saved;
  show(saved);
  document.querySelector("h1").textContent = saved.title;
  $("saved").hidden = false;
}

async function settle(mine) {
  const theirs = await attempt(() => get(path()));
  if (!theirs) return;
  $("yours").replaceChildren(...told(mine));
  $("theirs").replaceChildren(...told(theirs));
  const chosen = await asked($("differs"));
  if (chosen === "theirs") took(theirs);
  if (chosen === "yours") await save(theirs.revision);
}

const told = ({ title, goal, scenes, published }) => [
  h("p", {}, h("b", {}, title)),
  h("p", {}, goal),
  h("ol", { class: "lesson-scenes" }, scenes.map((id) => h("li", { lang: "ko" }, titleOf(id)))),
  h("p", {}, h("span", { class: `chip ${published ? "good" : "warn"}` }, published ? "published" : "draft")),
];

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save(lesson?.revision);
});
form.addEventListener("input", () => ($("saved").hidden = true));
$("add-scene").addEventListener("click", () => {
  order.push($("scene").value);
  drawOrder();
});
$("erase")?.addEventListener("click", async () => {
  if (!confirm("Erase this lesson? Sessions that were played for it stay.")) return;
  if (await attempt(async () => ((await remove(path())), true))) location.assign("/console/lessons");
});
show(lesson ?? { title: "", goal: "", scenes: [], published: false });
if (lesson && !lesson.mine) for (const each of form.elements) each.disabled = true;
