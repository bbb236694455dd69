/** What differs from the live version, publishing, and the history to go back in. */
import { get, post } from "../api.js";
import { $ } from "../dom.js";
import { asked, attempt, tell } from "./page.js";
import { changesView, historyView } from "./views.js";

export class Versions {
  #collection;
  #stale = () => {};

  /** `work` is the scene or pack: { kind, id }; `stale()` is called when what is live has changed. */
  constructor({ kind, id }, { stale }) {
    this.#collection = `/content/${kind === "scene" ? "scenes" : "langpacks"}/${encodeURIComponent(id)}`;
    this.#stale = stale;
  }

  async showChanges(home) {
    home.replaceChildren(...changesView(await get(`${this.#collection}/diff`)));
  }

  async showHistory(home) {
    const { entries } = await get(`${this.#collection}/history`);
    home.replaceChildren(...historyView(entries, { revert: (entry) => this.#revert(entry) }));
    this.#live(entries);
  }

  /** Shows what is new, asks for a name, and publishes. */
  async publish() {
    await attempt(() => this.showChanges($("publishing-changes")));
    if ((await asked($("publishing"))) !== "publish") return;
    $("publish").disabled = true;
    await attempt(async () => {
      const named = { name: $("publish-name").value.trim(), note: $("publish-note").value.trim() };
      const made = await post(`${this.#collection}/publish`, named);
      tell(`Version ${made.version} is live.`, "good");
      $("publish-name").value = $("publish-note").value = "";
      this.#live([made]);
    });
    await attempt(async () => this.#stale());
  }

  async #revert(entry) {
    if (!confirm(`Make version ${entry.version} live again? The draft stays as it is.`)) return;
    await attempt(async () => {
      const { entries } = await post(`${this.#collection}/revert`, { version: entry.version, note: "" });
      this.#live(entries);
      await this.#stale();
      tell(`Version ${entry.version} is live again.`, "good");
    });
  }

  #live(entries) {
    if (!entries.length) return;
    $("live").textContent = `version ${entries.at(-1).version} is live`;
    $("live").className = "chip good";
  }
}
