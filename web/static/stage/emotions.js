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
const calm = { brow: 0.15, worry: 0.12, eyes: 1, joy: 0, smile: 0.5, open: 0, blush: 0.3, tilt: 0, mark: null };

export const EMOTIONS = Object.freeze({
  neutral: calm,
  calm,
  smile: { ...calm, brow: 0.15, smile: 0.85, joy: 0.35, blush: 0.45 },
  friendly: { ...calm, brow: 0.35, smile: 0.75, open: 0.12, joy: 0.15, blush: 0.45, tilt: 2 },
  kind: { ...calm, worry: 0.3, smile: 0.65, joy: 0.55, blush: 0.5, tilt: -4 },
  attentive: { ...calm, brow: 0.45, eyes: 1.12, smile: 0.25, tilt: 3 },
  surprised: { ...calm, brow: 1, eyes: 1.25, smile: -0.1, open: 0.5, blush: 0.2, mark: "surprised" },
  puzzled: { ...calm, brow: 0.3, worry: 0.75, smile: -0.25, tilt: 7, mark: "puzzled" },
  delighted: { ...calm, brow: 0.7, joy: 1, smile: 1, open: 0.55, blush: 0.75, mark: "delighted" },
  proud: { ...calm, brow: 0.4, joy: 0.8, smile: 0.95, blush: 0.55, tilt: -2 },
  apologetic: { ...calm, worry: 0.9, eyes: 0.85, smile: -0.05, tilt: -5 },
  concerned: { ...calm, worry: 0.7, smile: -0.3, eyes: 1.05 },
  thinking: { ...calm, brow: 0.25, worry: 0.2, eyes: 0.8, smile: 0.05, tilt: -6 },
  encouraging: { ...calm, brow: 0.5, smile: 0.9, open: 0.2, joy: 0.3, blush: 0.5, tilt: 2 },
});

/** The face for an emotion; one that is not drawn shows as calm. */
export function faceFor(emotion) {
  return EMOTIONS[emotion] ?? EMOTIONS.calm;
}
