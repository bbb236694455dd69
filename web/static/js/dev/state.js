/** The session as the server has it. */
import { $, h } from "../dom.js";

/** Shows `GET /sessions/{id}`. */
export function showState(view) {
  const facts = {
    session: view.session_id,
    scene: `${view.scene.id} @ ${view.scene.version}`,
    pack: `${view.pack.id} @ ${view.pack.version}`,
    state: view.state,
    turn: view.turn,
    tries: view.tries,
    score: view.score,
    answers: view.learner_turns,
    ending: view.ending ? `${view.ending} (${view.result})` : "–",
    last_seq: view.last_seq,
  };
  $("pane-state").replaceChildren(
    h("dl", { class: "facts" }, ...Object.entries(facts).flatMap(([name, value]) => [h("dt", {}, name), h("dd", { class: "mono" }, String(value))])),
    h("h3", {}, "slots"),
    view.slots.length ? slotTable(view.slots) : h("p", { class: "soft small" }, "nothing yet"),
    h("p", {}, h("a", { href: `/console/sessions/${view.session_id}` }, "Open the session's page")),
  );
}

function slotTable(slots) {
  const rows = slots.map((slot) =>
    h("tr", {}, h("th", { scope: "row", class: "mono" }, slot.slot), h("td", { class: "mono" }, String(slot.value)), h("td", {}, slot.label ?? ""), h("td", { class: "small soft" }, slot.by_learner ? "said" : "given")),
  );
  return h("table", { class: "table" }, h("tbody", {}, ...rows));
}
