/** Times as bars on one scale, so that engines can be compared at a glance. */
import { h } from "../dom.js";

/** How long one answer took, or how long an engine took to fail; paler until the first sound could be heard. */
export function timeBar({ milliseconds, error, receipt }) {
  const fill = h("i");
  const first = receipt?.first_output_milliseconds;
  if (first) {
    fill.className = "silent";
    fill.style.setProperty("--until", Math.min(first / milliseconds, 1).toFixed(3));
  }
  return h("span", { class: `took ${error ? "failed" : ""}`, "data-milliseconds": milliseconds, "aria-hidden": "true" }, fill);
}

/** Draws all bars of a list to the longest of them. */
export function compare(list) {
  const bars = [...list.querySelectorAll(".took")];
  const longest = Math.max(...bars.map((each) => Number(each.dataset.milliseconds)));
  for (const each of bars) each.firstElementChild.style.setProperty("--share", (Number(each.dataset.milliseconds) / longest || 0).toFixed(4));
}
