/** What the drawn mouth does for each shape of a track (`visemes_url`), gliding from one to the next. */

const SHAPES = {
  rest: { open: 0, round: 0 },
  closed: { open: 0, round: 0 },
  tongue: { open: 0.24, round: 0 },
  teeth: { open: 0.16, round: 0 },
  back: { open: 0.3, round: 0 },
  a: { open: 0.95, round: 0 },
  eo: { open: 0.7, round: 0.15 },
  o: { open: 0.5, round: 0.8 },
  u: { open: 0.3, round: 1 },
  eu: { open: 0.22, round: 0 },
  i: { open: 0.28, round: 0 },
  e: { open: 0.5, round: 0 },
};
const GLIDE_SECONDS = 0.07; // how long lips take from one shape to the next

/** The mouth at a position of the sound: `{open, round}`. */
export function shapeAt({ shapes, track }, seconds) {
  const next = track.findIndex(([at]) => at > seconds);
  const now = next === -1 ? track.length - 1 : Math.max(0, next - 1);
  const [began, index] = track[now];
  const shape = SHAPES[shapes[index]] ?? SHAPES.rest;
  const before = SHAPES[shapes[track[Math.max(0, now - 1)][1]]] ?? SHAPES.rest;
  const share = Math.min(1, Math.max(0, (seconds - began) / GLIDE_SECONDS));
  const glide = (part) => before[part] + (shape[part] - before[part]) * share;
  return { open: glide("open"), round: glide("round") };
}
