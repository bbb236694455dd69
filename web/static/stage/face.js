/** A drawn face that glides from emotion to emotion, blinks, and moves its mouth with the sound. */
import { EMOTIONS, faceFor } from "./emotions.js";

const STIFFNESS = 11; // per second: how fast the face follows
const BLINK_MS = 150;
const PARTS = ["brow", "worry", "eyes", "joy", "smile", "open", "blush", "tilt"];

export class Face {
  #svg;
  #still;
  #now = { ...EMOTIONS.calm };
  #aim = EMOTIONS.calm;
  #speech = () => ({ open: 0, round: 0 });
  #blinkAt = 2200;
  #frame = 0;
  #painted = new Map();
  #last = 0;

  /** `svg` holds the drawing; with `still` the face changes at once and never moves by itself. */
  constructor(svg, { still = false } = {}) {
    this.#svg = svg;
    this.#still = still;
    this.#paint(0, 0, 0);
    if (!still) this.#frame = requestAnimationFrame((at) => this.#tick(at));
  }

  /** Turns the face to an emotion of a cue. */
  show(emotion) {
    this.#aim = faceFor(emotion);
    for (const mark of this.#svg.querySelectorAll("[id^=mark-]")) {
      mark.setAttribute("display", mark.id === `mark-${this.#aim.mark}` ? "inline" : "none");
    }
    if (this.#still) {
      this.#now = { ...this.#aim };
      this.#paint(0, 0, 0);
    }
  }

  /** The mouth follows `mouth()`, `{open, round}` of 0 to 1, read once per frame. */
  follow(mouth) {
    this.#speech = mouth;
  }

  /** In stillness the mouth cannot move: it stands open while the NPC speaks. */
  speaking(yes) {
    if (this.#still) this.#paint(yes ? 0.4 : 0, 0, 0);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
  }

  #tick(at) {
    const seconds = Math.min((at - this.#last) / 1000, 0.1);
    this.#last = at;
    const pull = 1 - Math.exp(-STIFFNESS * seconds);
    for (const part of PARTS) this.#now[part] += (this.#aim[part] - this.#now[part]) * pull;
    if (at > this.#blinkAt + BLINK_MS) this.#blinkAt = at + 1800 + 3600 * Math.random();
    const blink = at > this.#blinkAt ? Math.sin((Math.PI * (at - this.#blinkAt)) / BLINK_MS) : 0;
    const { open, round } = this.#speech();
    this.#paint(open, round, blink);
    this.#frame = requestAnimationFrame((next) => this.#tick(next));
  }

  #paint(spoken, round, blink) {
    const { brow, worry, eyes, joy, smile, open, blush, tilt } = this.#now;
    this.#set("face-tilt", "transform", `rotate(${tilt.toFixed(2)})`);
    this.#set("face-blush", "opacity", blush.toFixed(2));
    this.#eyes(Math.max(0.06, eyes * (1 - 0.3 * joy) * (1 - blink)), joy, blink);
    this.#brows(brow, worry);
    this.#mouth(smile * (1 - 0.6 * round), Math.min(1, open + spoken * (1 - open * 0.4)), round);
  }

  #eyes(openness, joy, blink) {
    const arcs = joy > 0.7 && blink === 0;
    for (const side of ["l", "r"]) {
      this.#set(`eye-${side}`, "transform", `translate(0 ${(joy * -1.5).toFixed(2)}) scale(1 ${openness.toFixed(3)})`);
      this.#set(`eye-${side}`, "opacity", arcs ? "0" : "1");
      const y = arcs ? 2 : -8.5 + (1 - Math.min(openness, 1)) * 7;
      const arch = arcs ? 11 : 5 * Math.min(1, openness + 0.3);
      const [left, right] = side === "l" ? [y + 1, y] : [y, y + 1];
      this.#set(`lid-${side}`, "d", `M-9 ${left}Q0 ${(y - arch).toFixed(1)} 9 ${right}`);
    }
  }

  #brows(raise, worry) {
    const top = -80 - raise * 7;
    const [outer, middle, inner] = [top + 1 + worry * 3, top - 5, top - worry * 5].map((y) => y.toFixed(1));
    this.#set("brow-l", "d", `M-30 ${outer}Q-21 ${middle} -11 ${inner}`);
    this.#set("brow-r", "d", `M11 ${inner}Q21 ${middle} 30 ${outer}`);
  }

  /** Lips are two curves between the corners; `through` gives the control point for a height in the middle. */
  #mouth(smile, open, round) {
    const width = rounded((11.5 + smile * 4 - open * 2.5) * (1 - 0.45 * round));
    const corner = rounded(-25.5 - smile * 3.5);
    const through = (middle) => rounded(2 * middle - corner);
    const upper = corner + smile * 4.5 - open * 2;
    const lower = rounded(upper + 1 + smile * 1.5 + open * 15);
    const lips = `M${-width} ${corner}Q0 ${through(upper)} ${width} ${corner}`;
    const isOpen = open > 0.06;
    this.#set("mouth", "d", isOpen ? `${lips}Q0 ${through(lower)} ${-width} ${corner}Z` : lips);
    this.#set("mouth", "fill", isOpen ? "#7c2f31" : "none");
    const [tip, root] = [rounded(width * 0.36), rounded(lower - 1.8)];
    const tongue = `M${-tip} ${root}Q0 ${rounded(lower - 6.5)} ${tip} ${root}Q0 ${rounded(lower + 0.6)} ${-tip} ${root}Z`;
    this.#set("tongue", "d", open > 0.3 ? tongue : "M0 0");
  }

  /** Touches the drawing only where something changed: a resting face costs no painting. */
  #set(id, name, value) {
    const key = `${id} ${name}`;
    if (this.#painted.get(key) === value) return;
    this.#painted.set(key, value);
    this.#svg.querySelector(`#${id}`)?.setAttribute(name, value);
  }
}

const rounded = (number) => Math.round(number * 10) / 10;
