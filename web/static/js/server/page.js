/** The server's page: asks one process how it is, every ten seconds while somebody looks. */
import { ApiError, get } from "../api.js";
import { $, bar, h } from "../dom.js";
import { Plot, spark, strip } from "./plot.js";
import { age, clock, written } from "./words.js";

const EVERY_MS = 10_000;
const plots = new Map();
let hours = 1;
let timer = 0;

async function look() {
  clearTimeout(timer);
  try {
    show(await get(`/server?hours=${hours}`));
    tell("");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(`${error.message} What is below may be old; it is tried again.`);
  } finally {
    if (!document.hidden) timer = setTimeout(look, EVERY_MS);
  }
}

function tell(sentence) {
  $("trouble").textContent = sentence;
  $("trouble").hidden = !sentence;
}

function show(server) {
  $("updated").textContent = `as of ${new Date(server.process.at).toLocaleTimeString("en-GB")}`;
  showFindings(server.findings);
  for (const plot of server.plots) {
    if (!plots.has(plot.id)) {
      plots.set(plot.id, new Plot(plot));
      $("plots").append(plots.get(plot.id).element);
    }
    plots.get(plot.id).update(plot, server.times);
  }
  $("engines").replaceChildren(...(server.engines.length ? server.engines.map(engine) : [noEngines()]));
  server.stores.forEach(showStore);
  $("room-list").replaceChildren(...server.disks.map(disk), backup(server.backup_hours));
}

function showFindings(findings) {
  const worst = findings[0]?.state ?? "well";
  $("wrong").dataset.state = worst;
  const some = findings.length === 1 ? "One thing is not as it should be" : `${findings.length} things are not as they should be`;
  $("wrong-head").textContent = findings.length ? some : "All is well";
  $("findings").hidden = findings.length === 0;
  $("findings").replaceChildren(
    ...findings.map(({ about, state, sentence }) =>
      h("li", { class: state }, h("span", { class: `dot ${state}`, "aria-hidden": "true" }), h("span", {}, h("b", {}, about), " ", ...marked(sentence))),
    ),
  );
}

/** A sentence whose commands stand between backticks. */
const marked = (sentence) => sentence.split("`").map((part, place) => (place % 2 ? h("code", { class: "mono" }, part) : part));

function engine({ stage, name, resting, p50_ms, p95_ms, calls, failed, passed_on, calls_a_minute }) {
  const quick = p50_ms === null ? "how quick, is not known yet" : `p50 ${written(p50_ms, "ms")}, p95 ${written(p95_ms, "ms")}`;
  const counts = `${written(calls, "count")} questions`;
  return h(
    "li",
    {},
    h(
      "div",
      { class: "line" },
      h("span", { class: `dot ${resting ? "failed" : "ok"}`, "aria-hidden": "true" }),
      h("span", {}, h("b", {}, name), " ", h("span", { class: "small soft" }, stage), h("br"), h("span", { class: "small soft" }, `${counts} · ${quick}`)),
      h(
        "span",
        { class: "row ends" },
        failed ? h("span", { class: "chip warn" }, `${written(failed, "count")} failed`) : null,
        passed_on ? h("span", { class: "chip" }, `${written(passed_on, "count")} passed on`) : null,
        resting ? h("span", { class: "chip bad" }, "left alone") : null,
        calls ? spark(calls_a_minute) : null,
      ),
    ),
  );
}

const noEngines = () =>
  h("li", {}, h("div", { class: "line" }, h("span"), h("span", { class: "soft" }, "One judge and one voice, both built in; nothing stands beside them.")));

function showStore({ kind, up, failed_at, failed_with, failed_times }) {
  const past = document.querySelector(`li[data-kind="${kind}"] .past`);
  const times = failed_times === 1 ? "once" : `in ${failed_times} looks`;
  past?.replaceChildren(
    strip(up),
    h("span", { class: "small soft" }, failed_at ? `failed ${times} since the start, last at ${clock(failed_at)}: ${failed_with}` : "has not failed since the start"),
  );
}

const disk = ({ name, free, size }) =>
  h("li", { class: "stack tight" }, h("p", {}, h("b", {}, written(free, "bytes")), ` free of ${written(size, "bytes")} `, h("span", { class: "small soft" }, `disk of the ${name}`)), bar((100 * (size - free)) / size));

const backup = (old) =>
  h("li", {}, old === null ? h("p", {}, h("b", {}, "No backup"), " ", h("span", { class: "small soft" }, "in KOTO_BACKUP_DIR")) : h("p", {}, h("b", {}, age(old)), " ", h("span", { class: "small soft" }, "since the newest backup")));

for (const button of document.querySelectorAll("[data-hours]")) {
  button.addEventListener("click", () => {
    hours = Number(button.dataset.hours);
    document.querySelectorAll("[data-hours]").forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
    look();
  });
}
document.addEventListener("visibilitychange", () => !document.hidden && look());
look();
