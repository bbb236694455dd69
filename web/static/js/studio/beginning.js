/** The form that begins a scene, on the list of the studio. */
import { ApiError, get, post } from "../api.js";
import { $, h } from "../dom.js";

const form = $("beginning-form");

function tell(sentence) {
  $("beginning-note").textContent = sentence;
  $("beginning-note").hidden = !sentence;
}

async function open() {
  $("beginning").showModal();
  if ($("new-background").options.length) return;
  try {
    const { names } = await get("/content/vocabulary");
    const places = Object.entries(names.backgrounds ?? {});
    $("new-background").append(...places.map(([name, about]) => h("option", { value: name }, about)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message);
  }
}

async function begin(event) {
  event.preventDefault();
  const packs = [...form.querySelectorAll("[name=pack]:checked")].map(({ value }) => value);
  if (!packs.length) return tell("Choose at least one language.");
  tell("");
  const wanted = { id: $("new-id").value, title: $("new-title").value.trim(), topik: Number($("new-topik").value), background: $("new-background").value, packs };
  try {
    await post("/content/scenes", wanted);
    location.assign(`/console/studio/scene/${wanted.id}`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message);
  }
}

$("new-scene").addEventListener("click", open);
$("beginning-off").addEventListener("click", () => $("beginning").close());
form.addEventListener("submit", begin);
