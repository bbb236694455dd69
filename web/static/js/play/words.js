/** Every string that a learner reads, from the language pack of the scene. */

let table = {};

/** Takes the pack's `ui` table and writes it into everything marked `data-ui`. */
export function useWords(ui) {
  table = ui;
  for (const element of document.querySelectorAll("[data-ui]")) element.textContent = word(element.dataset.ui);
}

/** The pack's text for a key, with `{name}` filled; a key that the pack lacks shows as itself. */
export function word(key, values = {}) {
  const text = table[key] ?? key.replaceAll("_", " ");
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
