/**
 * What each animation of a cue does to the body: keyframes per bone, played once, ending at rest.
 *
 * A frame is [part of the whole time, degrees or {x, y, turn, scale, flat}]. The left and the right arm share
 * numbers: positive turns move a hand outwards and up. Bones are the groups `bone-…` of the drawing.
 */
/** How the forearm hangs in the drawing: the sum of both bones' turns at rest, in degrees. */
const REST_TURN = -28;
const HELD_BELOW_HAND = 14;
const SEEN_WHILE_HELD = [0, 0, 1, 1, 0].map((opacity, i) => ({ opacity, offset: [0, 0.12, 0.24, 0.76, 0.88][i] }));

const swing = (from, there, back, times) =>
  Array.from({ length: times }, (_, i) => [0.25 + (0.5 * i) / times, i % 2 ? back : there]).concat([[0.8, from]]);

const hold = (pose) => [[0, 0], [0.22, pose], [0.75, pose], [1, 0]];
const arms = (upper, fore) => ({ "arm-l": hold(upper), "arm-r": hold(upper), "fore-l": hold(fore), "fore-r": hold(fore) });
const nod = (depth, times) =>
  [[0, 0]].concat(
    Array.from({ length: times }, (_, i) => [
      [(i + 0.45) / times, { y: depth, flat: 0.965 }],
      [(i + 0.95) / times, 0],
    ]).flat(),
    [[1, 0]],
  );

export const GESTURES = Object.freeze({
  idle: { ms: 0, bones: {} },
  bow: {
    ms: 1500,
    bones: {
      body: [[0, 0], [0.35, { y: 30, flat: 0.93 }], [0.6, { y: 30, flat: 0.93 }], [1, 0]],
      head: [[0, 0], [0.35, { y: 30, flat: 0.86 }], [0.6, { y: 30, flat: 0.86 }], [1, 0]],
      arms: [[0, 0], [0.35, { y: 12 }], [0.6, { y: 12 }], [1, 0]],
    },
  },
  nod: { ms: 1100, bones: { head: nod(9, 2) } },
  shake_head: { ms: 1100, bones: { head: [[0, 0], [0.2, { x: -7 }], [0.4, { x: 7 }], [0.6, { x: -6 }], [0.8, { x: 5 }], [1, 0]] } },
  head_tilt: { ms: 1700, bones: { head: hold(10), body: hold({ x: 4 }) } },
  lean_in: { ms: 1800, bones: { body: hold({ scale: 1.07, y: 6 }), arms: hold({ scale: 1.05 }), head: hold({ turn: -4 }) } },
  wave: { ms: 2000, bones: { "arm-r": hold(38), "fore-r": [[0, 0], [0.2, 150], ...swing(140, 172, 128, 4), [1, 0]], head: hold(-4) } },
  clap: {
    ms: 1900,
    bones: {
      "arm-l": hold(-20),
      "arm-r": hold(-20),
      "fore-l": [[0, 0], [0.18, -74], ...swing(-74, -90, -62, 6), [1, 0]],
      "fore-r": [[0, 0], [0.18, -74], ...swing(-74, -90, -62, 6), [1, 0]],
      body: [[0, 0], [0.3, { y: -6 }], [0.5, 0], [0.7, { y: -5 }], [1, 0]],
    },
  },
  point_seats: { ms: 2300, bones: { "arm-l": hold(52), "fore-l": hold(62), head: hold({ turn: -5, x: -6 }) } },
  point_menu: { ms: 2300, bones: { "arm-r": hold(72), "fore-r": hold(86), head: hold({ turn: 5, x: 6 }) } },
  show_two_cups: { ms: 2800, held: ["prop-cup_ice", "prop-cup_hot"], bones: { ...arms(12, 160), head: hold({ y: -3 }) } },
  give_buzzer: { ms: 2000, held: [null, "prop-buzzer"], bones: { "arm-r": hold(-6), "fore-r": hold(-26), body: hold({ y: 5, scale: 1.03 }), arms: hold({ y: 8, scale: 1.05 }) } },
  hand_over: { ms: 2000, bones: { "arm-l": hold(-4), "arm-r": hold(-4), "fore-l": hold(-22), "fore-r": hold(-22), body: hold({ y: 5, scale: 1.03 }), arms: hold({ y: 8, scale: 1.06 }) } },
  receive: { ms: 1900, bones: { "arm-l": hold(-2), "arm-r": hold(-2), "fore-l": hold(-14), "fore-r": hold(-14), head: hold({ y: 7, flat: 0.97 }) } },
  ready_pos: { ms: 1500, bones: { "arm-l": hold(26), "fore-l": hold(22), head: hold({ turn: -4 }) } },
  tap_pos: { ms: 1500, bones: { "arm-l": hold(26), "fore-l": [[0, 0], [0.2, 24], ...swing(24, 14, 26, 5), [1, 0]], head: hold({ turn: -5, x: -4 }) } },
  turn_pos: { ms: 2300, bones: { "arm-l": hold(30), "fore-l": hold(24), pos: [[0, 0], [0.25, { turn: -7, scale: 1.14 }], [0.8, { turn: -7, scale: 1.14 }], [1, 0]], head: hold({ turn: -4 }) } },
  make_drink: { ms: 2400, bones: { "arm-r": hold(40), "fore-r": [[0, 0], [0.2, 46], ...swing(46, 36, 54, 4), [1, 0]], body: hold({ x: 12 }), arms: hold({ x: 12 }), head: hold({ turn: 6, x: 8 }) } },
  scan_item: { ms: 1900, bones: { "arm-r": hold(8), "fore-r": [[0, 0], [0.2, -18], ...swing(-18, -44, -6, 4), [1, 0]], "arm-l": hold(18), "fore-l": hold(10), head: hold({ turn: -3, y: 5, flat: 0.98 }) } },
  heat_food: { ms: 2600, bones: { "arm-r": hold(48), "fore-r": hold(58), body: hold({ x: 14 }), arms: hold({ x: 14 }), head: hold({ turn: 7, x: 10 }) } },
  point_way: { ms: 2400, bones: { "arm-l": hold(64), "fore-l": hold(78), body: hold({ x: -5 }), arms: hold({ x: -5 }), head: hold({ turn: -6, x: -8 }) } },
  think: { ms: 2200, bones: { "arm-r": hold(4), "fore-r": hold(-128), head: hold({ turn: 9, y: 9, x: 4 }) } },
  thumbs_up: { ms: 1800, held: [null, "thumb"], bones: { "arm-r": hold(16), "fore-r": hold(150), head: hold({ turn: -4 }) } },
  shrug: { ms: 1500, bones: { ...arms(20, 66), body: hold({ y: -7 }), head: hold(7) } },
});

/** Plays a gesture on the drawing; with `still` the body only takes its pose. Returns its milliseconds, 0 for none. */
export function playGesture(svg, name, { still = false } = {}) {
  const gesture = GESTURES[name] ?? GESTURES.idle;
  for (const bone of svg.querySelectorAll(".bone")) bone.getAnimations().forEach((each) => each.cancel());
  for (const [bone, frames] of Object.entries(gesture.bones)) {
    const poses = still ? [[0, middle(frames)], [1, middle(frames)]] : frames;
    const keyframes = poses.map(([offset, pose]) => ({ offset, transform: transform(pose), easing: "ease-in-out" }));
    svg.querySelector(`#bone-${bone}`)?.animate(keyframes, { duration: gesture.ms });
  }
  holdThings(svg, gesture);
  return gesture.ms;
}

/** Puts what a gesture holds into the hands, upright whatever the arms do; other gestures empty them. */
function holdThings(svg, { ms, held = [], bones }) {
  ["l", "r"].forEach((side, i) => {
    const hand = svg.querySelector(`#held-${side}`);
    const thing = held[i] ? svg.querySelector(`#${held[i]}`)?.cloneNode(true) : null;
    hand?.replaceChildren(...(thing ? [thing] : []));
    if (!thing) return;
    thing.removeAttribute("id");
    thing.setAttribute("display", "inline");
    const turn = REST_TURN + middle(bones[`arm-${side}`]) + middle(bones[`fore-${side}`]);
    thing.setAttribute("transform", `rotate(${-turn}) translate(0 ${HELD_BELOW_HAND}) scale(0.78)`);
    thing.animate(SEEN_WHILE_HELD, ms).onfinish = () => thing.remove();
  });
}

function middle(frames) {
  return frames[Math.floor(frames.length / 2)][1];
}

function transform(pose) {
  const { x = 0, y = 0, turn = 0, scale = 1, flat = 1 } = typeof pose === "number" ? { turn: pose } : pose;
  return `translate(${x}px, ${y}px) rotate(${turn}deg) scale(${scale}, ${scale * flat})`;
}
