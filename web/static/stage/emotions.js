/**
 * What each emotion of a cue does to a face.
 *
 * A face is eight numbers, so that any two emotions blend:
 *   brow      raise of the eyebrows, -1 (low) to 1 (high)
 *   worry     inner ends of the eyebrows, -1 (drawn down) to 1 (drawn up)
 *   eyes      how open the eyes are, 0 to 1.25
 *   joy       eyes narrowing with a smile, 0 to 1 (arcs)
 *   smile     corners of the mouth, -1 to 1
 *   open      how far the mouth stands open in silence, 0 to 1
 *   blush     0 to 1
 *   tilt      head, degrees clockwise
 */
const neutral = { brow: 0.15, worry: 0.12, eyes: 1, joy: 0, smile: 0.35, open: 0, blush: 0.3, tilt: 0, mark: null };

export const EMOTIONS = Object.freeze({
  neutral,
  calm: { ...neutral, smile: 0.6, blush: 0.35 },
  smile: { ...neutral, brow: 0.3, smile: 1, open: 0.16, joy: 0.4, blush: 0.5 },
  friendly: { ...neutral, brow: 0.35, smile: 0.8, open: 0.08, joy: 0.15, blush: 0.45, tilt: 2 },
  kind: { ...neutral, worry: 0.3, smile: 0.75, joy: 0.45, blush: 0.5, tilt: -4 },
  attentive: { ...neutral, brow: 0.45, eyes: 1.12, smile: 0.25, tilt: 3 },
  surprised: { ...neutral, brow: 1, eyes: 1.25, smile: -0.1, open: 0.5, blush: 0.2, mark: "surprised" },
  puzzled: { ...neutral, brow: 0.3, worry: 0.75, smile: -0.25, tilt: 7, mark: "puzzled" },
  delighted: { ...neutral, brow: 0.7, joy: 1, smile: 1, open: 0.55, blush: 0.75, mark: "delighted" },
  proud: { ...neutral, brow: 0.45, joy: 0.85, smile: 0.95, blush: 0.55, tilt: -2 },
  apologetic: { ...neutral, worry: 0.9, eyes: 0.85, smile: -0.05, tilt: -5 },
  concerned: { ...neutral, worry: 0.7, smile: -0.3, eyes: 1.05 },
  thinking: { ...neutral, brow: 0.25, worry: 0.2, eyes: 0.8, smile: 0.05, tilt: -6 },
  playful: { ...neutral, brow: 0.6, worry: -0.35, joy: 0.65, smile: 1, open: 0.12, blush: 0.65, tilt: 8 },
  encouraging: { ...neutral, brow: 0.5, smile: 0.9, open: 0.2, joy: 0.3, blush: 0.5, tilt: 2 },
});

/** The face for an emotion; one that is not drawn shows as calm. */
export function faceFor(emotion) {
  return EMOTIONS[emotion] ?? EMOTIONS.calm;
}
