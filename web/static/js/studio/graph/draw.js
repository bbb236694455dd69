/** Draws the graph of a scene: a card for each turn, a line for the rules that lead from one to another. */
import { s } from "../../dom.js";
import { keyOf } from "./arrange.js";

const PAD = 14;
const pen = document.createElement("canvas").getContext("2d");

/** The whole picture as one group; `heat` is null until synthetic learners have played. */
export function picture({ nodes, edges }, { middles, points }, heat, start) {
  const place = new Map(nodes.map((node) => [node.id, { ...node, ...middles.get(node.id) }]));
  return s(
    "g",
    {},
    s("g", { class: "edges" }, edges.map((edge) => drawnEdge(edge, place, points.get(keyOf(edge)), heat))),
    s("g", { class: "nodes" }, nodes.map((node) => drawnNode(place.get(node.id), heat, start))),
  );
}

/** The box around all nodes. */
export function boxOf(nodes, middles) {
  const sides = nodes.map(({ id, width, height }) => {
    const { x, y } = middles.get(id);
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  });
  const left = Math.min(...sides.map(([each]) => each));
  const top = Math.min(...sides.map(([, each]) => each));
  return { x: left, y: top, width: Math.max(...sides.map(([, , each]) => each)) - left, height: Math.max(...sides.map(([, , , each]) => each)) - top };
}

// ── nodes ──────────────────────────────────────────────────────────────────────────────────────

function drawnNode(node, heat, start) {
  const { x, y, width, height } = node;
  const attributes = { class: classOf(node, heat, start), transform: `translate(${x - width / 2} ${y - height / 2})`, "data-node": node.id };
  if (node.kind === "finish") {
    return s("g", attributes, s("rect", { class: "card", width, height, rx: height / 2 }), s("text", { class: "id", x: width / 2, y: 22, "text-anchor": "middle" }, "finish"));
  }
  if (node.kind === "missing") {
    return s(
      "g",
      attributes,
      s("rect", { class: "card", width, height, rx: 12 }),
      s("text", { class: "id", x: PAD, y: 25 }, cut(node.of.id, width - 2 * PAD, "700 14px")),
      s("text", { class: "note", x: PAD, y: 44 }, "there is no such turn"),
    );
  }
  const ending = node.kind === "ending";
  const label = ending ? endingLabel(node.of) : turnLabel(node.of, start);
  return s(
    "g",
    { ...attributes, tabindex: -1, role: "button", "aria-label": label },
    s("title", {}, label),
    s("rect", { class: "card", width, height, rx: ending ? height / 2 : 14 }),
    ending ? null : s("rect", { class: "spine", x: 0, y: 16, width: 5, height: height - 32, rx: 2.5 }),
    s("text", { class: "id", x: ending ? 24 : PAD, y: ending ? 25 : 24 }, cut(node.of.id, width - 2 * PAD - (ending ? 20 : 54), "700 14px")),
    s("text", { class: "ko", lang: "ko", x: ending ? 24 : PAD, y: ending ? 44 : 45 }, cut(node.of.ko, width - 2 * PAD - (ending ? 20 : 0), "500 13px")),
    ending ? null : s("text", { class: "note", x: PAD, y: 66 }, rulesIn(node.of)),
    heat && s("text", { class: "share", x: width - (ending ? 24 : PAD), y: ending ? 25 : 24, "text-anchor": "end" }, percent(shareOf(node, heat))),
  );
}

function classOf(node, heat, start) {
  const { of, kind } = node;
  const classes = ["node", kind];
  if (of.id === start) classes.push("start");
  if (of.result) classes.push(of.result === "pass" ? "passed" : "again");
  if (of.reachable === false) classes.push("dead");
  else if (of.tested === false) classes.push("untested");
  else if (heat && kind !== "missing" && kind !== "finish" && shareOf(node, heat) >= HOT) classes.push("hot");
  return classes.join(" ");
}

const turnLabel = (turn, start) =>
  [`Turn ${turn.id}`, turn.id === start ? "the scene begins here" : "", turn.ko, rulesIn(turn), marksOf(turn)].filter(Boolean).join(", ");
const endingLabel = (ending) => [`Ending ${ending.id}`, ending.words.join(" and "), ending.ko, marksOf(ending)].filter(Boolean).join(", ");
const marksOf = ({ reachable, tested }) => (!reachable ? "never reached" : tested === false ? "no test goes through it" : "");

function rulesIn({ rules }) {
  const again = rules.filter(({ go }) => go === "again").length;
  const on = rules.length - again;
  return `${on} ${on === 1 ? "rule leads" : "rules lead"} on${again ? ` · ${again} ask again` : ""}`;
}

// ── edges ──────────────────────────────────────────────────────────────────────────────────────

/** From what share of all learners on a way counts as much used. */
const HOT = 0.5;

function drawnEdge(edge, place, points, heat) {
  const from = place.get(edge.from);
  const to = place.get(edge.to);
  const share = heat ? edgeShare(edge, place, heat) : 0;
  const kind = edgeKind(edge, share);
  const line = points ? through(points) : across(from, to);
  const middle = points ? points[Math.floor(points.length / 2)] : { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const label = edge.ending ? "" : edge.rules.map(({ number }) => number).join(", ");
  const words = wordsOf(edge, heat ? `, ${percent(share)} of the learners` : "");
  return s(
    "g",
    { class: `edge ${kind}`, "data-from": edge.from, "data-to": edge.to },
    s("title", {}, words),
    s("path", { class: "grip", d: line }),
    s("path", { class: "line", d: line, "stroke-width": (1.5 + 4 * share).toFixed(1), "marker-end": `url(#tip-${kind})` }),
    label && tag("rules", label, middle),
    tag("words", cut(shortWords(edge), 190, RULES), middle),
  );
}

const RULES = "650 11px";

/** A label on a line; the words are shown for the lines of a chosen card and for the one under the pointer. */
function tag(kind, label, { x, y }) {
  pen.font = `${RULES} "Koto Sans", sans-serif`;
  const half = pen.measureText(label).width / 2 + 8;
  return s("g", { class: kind }, s("rect", { class: "tag", x: x - half, y: y - 10, width: 2 * half, height: 20, rx: 10 }), s("text", { x, y: y + 4, "text-anchor": "middle" }, label));
}

const shortWords = ({ rules, ending }) =>
  ending ? ending.words.join(" · ") : `${rules[0].number}: ${rules[0].words.join(" · ")}${rules.length > 1 ? ` +${rules.length - 1}` : ""}`;

function edgeKind({ rules, ending }, share) {
  if (ending ? !ending.reachable : rules.every(({ dead }) => dead)) return "dead";
  if (ending ? ending.tested === false : rules.some(({ dead, tested }) => !dead && tested === false)) return "untested";
  return share >= HOT ? "hot" : "plain";
}

const wordsOf = ({ rules, ending }, more) =>
  ending ? ending.words.join(" and ") + more : rules.map(({ number, words }) => `${number}: ${words.join(" and ")}`).join("\n") + more;

/** A smooth line through the points of the layers. */
function through([first, ...rest]) {
  let line = `M${at(first)}`;
  for (let each = 0; each < rest.length - 1; each += 1) {
    const end = each === rest.length - 2 ? rest[each + 1] : { x: (rest[each].x + rest[each + 1].x) / 2, y: (rest[each].y + rest[each + 1].y) / 2 };
    line += `Q${at(rest[each])} ${at(end)}`;
  }
  return rest.length === 1 ? `${line}L${at(rest[0])}` : line;
}

/** From the lower edge of one card to the upper edge of another; back up along the side of both. */
function across(from, to) {
  const start = { x: from.x, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y - to.height / 2 };
  if (end.y > start.y + 10) {
    const bend = Math.max(24, (end.y - start.y) / 2);
    return `M${at(start)}C${at({ x: start.x, y: start.y + bend })} ${at({ x: end.x, y: end.y - bend })} ${at(end)}`;
  }
  const side = to.x >= from.x ? 1 : -1;
  const out = { x: from.x + (side * from.width) / 2, y: from.y };
  const into = { x: to.x - (side * to.width) / 2, y: to.y };
  const bend = Math.max(50, Math.abs(into.x - out.x) / 2);
  return `M${at(out)}C${at({ x: out.x + side * bend, y: out.y })} ${at({ x: into.x - side * bend, y: into.y })} ${at(into)}`;
}

const at = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;

// ── shares ─────────────────────────────────────────────────────────────────────────────────────

export function shareOf({ kind, of }, heat) {
  const table = kind === "ending" ? heat.ended : heat.entered;
  return (table[of.id] ?? 0) / heat.walks;
}

function edgeShare({ from, rules, ending, to }, place, heat) {
  if (ending) return shareOf(place.get(to), heat);
  return Math.min(1, rules.reduce((sum, { number }) => sum + timesOf(heat, from, number), 0) / heat.walks);
}

export const timesOf = (heat, turn, number) => heat.taken.find((each) => each.turn === turn && each.rule === number)?.times ?? 0;
export const percent = (share) => `${Math.round(100 * share)}%`;

/** The text, cut with an ellipsis where it is wider than the room. */
function cut(text, room, font) {
  pen.font = `${font} "Koto Sans", sans-serif`;
  if (pen.measureText(text).width <= room) return text;
  let shown = [...text];
  while (shown.length && pen.measureText(`${shown.join("")}…`).width > room) shown = shown.slice(0, -1);
  return `${shown.join("")}…`;
}
