/** What differs from the live version, publishing, and the history to go back in. */
import { get, post } from "../api.js";
import { $, h } from "../dom.js";
import { asked, attempt, tell } from "./page.js";
import { changesView, historyView } from "./views.js";

export class Versions {
  #collection;
  #isLive;
  #packs;
  #stale;

  /**
   * `work` is the scene or pack: { kind, id, live, files }, `live` being its version or null; `stale()` is called when
   * what is live has changed.
   */
  constructor({ kind, id, live, files }, { stale }) {
    this.#isLive = live !== null;
    this.#packs = kind === "scene" ? files.filter((file) => file.startsWith("langpacks/")).map((file) => file.split("/")[1]) : [];
    this.#collection = `/content/${kind === "scene" ? "scenes" : "langpacks"}/${encodeURIComponent(id)}`;
    this.#stale = stale;
  }

  async showChanges(home) {
    home.replaceChildren(...(this.#isLive ? changesView(await get(`${this.#collection}/diff`)) : allIsNew()));
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
      tell(`Version ${made.version} is live.`, "good", ...this.#next());
      $("publish-name").value = $("publish-note").value = "";
      this.#live([made]);
    });
    await attempt(async () => this.#stale());
  }

  /** A scene is published first, then the packs that translate it, each at its own desk. */
  #next() {
    const links = this.#packs.map((pack) => h("a", { href: `/console/studio/pack/${encodeURIComponent(pack)}` }, pack));
    return links.length ? [" Publish what changed in its packs next: ", ...links.flatMap((link, at) => (at ? [", ", link] : [link])), "."] : [];
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
    this.#isLive = true;
    $("live").textContent = `version ${entries.at(-1).version} is live`;
    $("live").className = "chip good";
  }
}

const allIsNew = () => [h("div", { class: "empty" }, h("h2", {}, "Everything is new"), h("p", {}, "No version was ever published."))];
