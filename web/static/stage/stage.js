/** The drawn stage of a scene: one SVG, a face, gestures, and what lies on the counter. */
import { Face } from "./face.js";
import { playGesture } from "./gestures.js";

const NARROW = window.matchMedia("(max-width: 640px)");
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
const SHOTS = {
  wholeRoom: "0 0 1200 588", // down to the front edge of the counter
  portrait: "250 60 720 528",
  acrossTheCounter: "-180 86 1560 472",
  faceToFace: "216 100 780 470",
};

/** Fetches the drawing of a background into `place`; resolves to a Stage, or null when it is not drawn. */
export async function raiseStage(place, background) {
  const drawing = await fetchDrawing(background);
  if (!drawing) return null;
  place.replaceChildren(drawing);
  return new Stage(drawing);
}

/** The same drawing as a picture: nobody blinks. */
export async function drawStill(place, background) {
  const drawing = await fetchDrawing(background);
  if (!drawing) return;
  drawing.setAttribute("viewBox", SHOTS.wholeRoom);
  place.replaceChildren(drawing);
}

async function fetchDrawing(background) {
  const answer = await fetch(new URL(`../art/${background}.svg`, import.meta.url));
  if (!answer.ok) return null;
  const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  return document.adoptNode(drawing);
}

export class Stage {
  #svg;
  #face;
  #prop = null;

  /** Until `begin` the NPC stands to the right, beside what the learner reads first. */
  constructor(svg) {
    this.#svg = svg;
    this.#face = new Face(svg, { still: STILL.matches });
    this.#face.show("friendly");
    if (NARROW.matches) this.#frame(SHOTS.portrait, "xMidYMax");
    else this.#frame(SHOTS.wholeRoom, "xMinYMax");
  }

  /** The scene begins: the NPC moves to the middle. */
  begin() {
    const take = () => this.#frame(NARROW.matches ? SHOTS.faceToFace : SHOTS.acrossTheCounter, "xMidYMax");
    take();
    NARROW.addEventListener("change", take);
  }

  /** Plays the cue of a line: `{emotion?, anim?, prop?}`. What is not named stays as it is, but gestures end. */
  show(cue = {}) {
    if (cue.emotion) this.#face.show(cue.emotion);
    playGesture(this.#svg, cue.anim ?? "idle", { still: STILL.matches });
    if (cue.prop) this.#putDown(cue.prop);
    else if (this.#prop === "menu_highlight") this.#putDown(null);
  }

  /** The mouth follows `mouth()`, `{open, round}` of 0 to 1. */
  follow(mouth) {
    this.#face.follow(mouth);
  }

  speaking(yes) {
    this.#svg.classList.toggle("speaking", yes);
    this.#face.speaking(yes);
  }

  #putDown(name) {
    for (const prop of this.#svg.querySelectorAll("[id^=prop-]")) {
      const shown = prop.id === `prop-${name}`;
      prop.setAttribute("display", shown ? "inline" : "none");
      prop.classList.toggle("arrives", shown && name !== this.#prop);
    }
    this.#prop = name;
  }

  #frame(shot, align) {
    this.#svg.setAttribute("viewBox", shot);
    this.#svg.setAttribute("preserveAspectRatio", `${align} slice`);
  }
}
