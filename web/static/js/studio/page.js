/** What every part of the page shares: its one notice, failures of the server told there, and dialogs that answer. */
import { ApiError } from "../api.js";
import { $, h } from "../dom.js";

/** What `act` gives; null when the server refused, which the notice then tells. */
export async function attempt(act) {
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

/** `more` are elements and words behind the sentence. */
export function tell(sentence, kind = "bad", ...more) {
  $("note").replaceChildren(h("span", {}, sentence, ...more));
  $("note").className = `notice chip ${kind}`;
  $("note").hidden = !sentence;
}

/** Shows a dialog and gives the value of the button that closed it; empty when it was put away. */
export function asked(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}
