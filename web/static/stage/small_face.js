/** An emotion of a cue as a face the size of a word, drawn from the same eight numbers as the one on the stage. */
import { s } from "../js/dom.js";
import { faceFor } from "./emotions.js";

const MARKS = { surprised: "!", puzzled: "?", delighted: "✦" };
/** From joy on eyes are arcs, and from open on a mouth shows its inside: as on the stage. */
const ARCS = 0.7;
const OPEN = 0.06;

export function smallFace(emotion) {
  const face = faceFor(emotion);
  return s(
    "svg",
    { class: "small-face", viewBox: "-16 -16 32 32", "aria-hidden": "true" },
    s("g", { transform: `rotate(${face.tilt})` }, s("circle", { class: "hair", r: 14.5 }), head(face), s("path", { class: "hair", d: FRINGE })),
    face.mark ? s("text", { class: "sign", x: 13, y: -7, "text-anchor": "middle" }, MARKS[face.mark]) : null,
  );
}

const FRINGE = "M-12.4 1Q-10.5 -10 1 -11Q10 -9.5 12.4 1Q14.5 -12.5 0 -13.5Q-14.5 -12.5 -12.4 1Z";

const head = (face) =>
  s("g", { transform: "translate(0 2.2)" }, s("ellipse", { class: "skin", rx: 11.8, ry: 12 }), blush(face), eyes(face), brows(face), mouth(face));

const blush = ({ blush: red }) =>
  [-7.5, 7.5].map((x) => s("ellipse", { class: "blush", cx: x, cy: 3, rx: 2.8, ry: 1.8, opacity: red }));

const eyes = ({ joy, eyes: openness }) =>
  [-5, 5].map((x) =>
    joy > ARCS
      ? s("path", { class: "stroke", d: `M${x - 2.4} -1.5Q${x} -5 ${x + 2.4} -1.5` })
      : s("ellipse", { class: "ink", cx: x, cy: -2.2, rx: 1.5, ry: at(2.2 * openness * (1 - 0.3 * joy)) }),
  );

function brows({ brow, worry }) {
  const top = -7.2 - 1.9 * brow;
  const [outer, middle, inner] = [top + 0.3 + 0.9 * worry, top - 1.3, top - 1.6 * worry].map(at);
  return [-1, 1].map((side) => s("path", { class: "stroke", d: `M${8 * side} ${outer}Q${5.5 * side} ${middle} ${2.8 * side} ${inner}` }));
}

/** Lips are two curves between the corners. */
function mouth({ smile, open }) {
  const width = at(3.9 + 1.5 * smile - 0.8 * open);
  const corner = at(6.4 - 1.3 * smile);
  const through = (middle) => at(2 * middle - corner);
  const upper = corner + 1.9 * smile - 0.5 * open;
  const lips = `M${-width} ${corner}Q0 ${through(upper)} ${width} ${corner}`;
  if (open <= OPEN) return s("path", { class: "stroke", d: lips });
  return s("path", { class: "inside", d: `${lips}Q0 ${through(upper + 0.6 + 0.6 * smile + 4.6 * open)} ${-width} ${corner}Z` });
}

const at = (number) => Math.round(10 * number) / 10;
