/** What differs, and what was published, as elements. */
import { h } from "../dom.js";

/** By meaning, and as text when it is asked for. */
export function changesView({ changes, text }) {
  if (!changes.length && !text) {
    return [h("div", { class: "empty" }, h("h2", {}, "Nothing is new"), h("p", {}, "The saved draft says what is live."))];
  }
  const means = changes.length || h("p", { class: "small soft" }, "Nothing that learners meet is new; only how the file is written.");
  return [
    means === changes.length ? null : means,
    ...changes.map((change) =>
      h(
        "div",
        { class: "change" },
        h("span", { class: "small soft" }, `${change.kind} `, h("b", {}, change.name), ` ${change.sort}`),
        change.before ? h("del", { lang: "ko" }, change.before) : null,
        change.after ? h("ins", { lang: "ko" }, change.after) : null,
      ),
    ),
    text ? h("details", {}, h("summary", { class: "small" }, "As text"), h("pre", { class: "patch" }, text)) : null,
  ].filter(Boolean);
}

/** Newest first; `revert(entry)` makes an older one live again. */
export function historyView(entries, { revert }) {
  if (!entries.length) return [h("div", { class: "empty" }, h("h2", {}, "Never published"))];
  const live = entries.at(-1).version;
  return entries.toReversed().map((entry, index) =>
    h(
      "div",
      { class: "entry" },
      h(
        "div",
        { class: "row apart" },
        h("b", {}, `${entry.action === "revert" ? "back to " : ""}version ${entry.version}`),
        index === 0
          ? h("span", { class: "chip good" }, "live")
          : entry.version === live
            ? null
            : h("button", { class: "button slim", type: "button", onclick: () => revert(entry) }, "Make it live again"),
      ),
      h("span", {}, entry.name),
      entry.note ? h("span", { class: "small soft" }, entry.note) : null,
      h("span", { class: "small soft" }, `${new Date(entry.at).toLocaleString()} · ${entry.by}`),
    ),
  );
}
