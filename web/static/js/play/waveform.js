/** A sound as a row of bars with a button that plays it: one's own beside the model's. */
import { h, icon } from "../dom.js";

const BAR_PX = 6; // each with the gap behind it
let context = null;

/**
 * `sound`: a Blob or an address. Resolves to an element, or to null when the sound cannot be read. With `act`, the button
 * does that instead of playing.
 */
export async function waveform(label, sound, act = null) {
  const bytes = await read(sound);
  if (!bytes) return null;
  context ??= new AudioContext();
  let decoded;
  try {
    decoded = await context.decodeAudioData(bytes.slice(0));
  } catch {
    return null;
  }
  const canvas = h("canvas", { "aria-hidden": "true" });
  const element = h(
    "figure",
    { class: "wave" },
    h("figcaption", {}, label, h("span", { class: "mono soft" }, `${decoded.duration.toFixed(1)} s`)),
    h("div", { class: "wave-row" }, h("button", { class: "button round", type: "button", "aria-label": label || "Listen", onclick: () => (act ? act() : play(decoded, canvas)) }, icon("play")), canvas),
  );
  new ResizeObserver(() => draw(canvas, decoded, 0)).observe(canvas); // at first when it gets its place, and its colour
  return element;
}

async function read(sound) {
  if (sound instanceof Blob) return sound.arrayBuffer();
  try {
    const answer = await fetch(sound);
    return answer.ok ? await answer.arrayBuffer() : null;
  } catch {
    return null;
  }
}

async function play(decoded, canvas) {
  await context.resume();
  const source = new AudioBufferSourceNode(context, { buffer: decoded });
  source.connect(context.destination);
  const began = context.currentTime;
  let playing = true;
  source.addEventListener("ended", () => (playing = false));
  source.start();
  const follow = () => {
    draw(canvas, decoded, playing ? (context.currentTime - began) / decoded.duration : 0);
    if (playing) requestAnimationFrame(follow);
  };
  follow();
}

/** The loudest moment of each stretch, as a share of the loudest of all. */
function peaks(decoded, bars) {
  const samples = decoded.getChannelData(0);
  const size = Math.max(1, Math.floor(samples.length / bars));
  const heights = Array.from({ length: bars }, (_, bar) =>
    samples.subarray(bar * size, (bar + 1) * size).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
  );
  const loudest = Math.max(...heights, 0.01);
  return heights.map((height) => height / loudest);
}

/**
 * As many bars as there is room for, as sharp as the screen can show them; `played` is a share of the whole. The colours are
 * those that the stylesheet gives to the letters and the (absent) border.
 */
function draw(canvas, decoded, played) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const bars = Math.floor(width / BAR_PX);
  if (bars === 0) return;
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  const style = getComputedStyle(canvas);
  const pen = canvas.getContext("2d");
  pen.scale(devicePixelRatio, devicePixelRatio);
  peaks(decoded, bars).forEach((share, bar) => {
    const tall = Math.max(3, share * height);
    pen.fillStyle = bar / bars < played ? style.borderTopColor : style.color;
    pen.beginPath();
    pen.roundRect(bar * BAR_PX + 1, (height - tall) / 2, BAR_PX - 2, tall, 2);
    pen.fill();
  });
}
