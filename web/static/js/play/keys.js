/** Keys that work while the answer is being typed: Alt and a letter press the button of that name. */
import { $ } from "../dom.js";

const BUTTONS = { KeyH: "hint", KeyR: "repeat", KeyS: "slow", KeyZ: "retry", KeyM: "mic", KeyP: "dev-toggle" };

export function listenForKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("dev").hidden) return $("dev-toggle").click();
    const button = event.altKey && !event.ctrlKey && !event.metaKey ? $(BUTTONS[event.code] ?? "") : null;
    if (!button) return undefined;
    event.preventDefault();
    return button.click();
  });
}
