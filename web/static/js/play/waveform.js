/** A sound as a row of bars with a button that plays it: one's own beside the model's. */
import { h, icon } from "../dom.js";

const BARS = 64;
let context = null;

/** `sound`: a Blob or an address. Resolves to an element, or to null when the sound cannot be read. */
export async function waveform(label, sound) {
  const bytes = await read(sound);
  if (!bytes) return null;
  context ??= new AudioContext();
  let decoded;
  try {
    decoded = await context.decodeAudioData(bytes.slice(0));
  } catch {
    return null;
  }
  const canvas = h("canvas", { width: BARS * 6, height: 56, "aria-hidden": "true" });
  const element = h(
    "figure",
    { class: "wave" },
    h("figcaption", {}, label, h("span", { class: "mono soft" }, `${decoded.duration.toFixed(1)} s`)),
    h("div", { class: "wave-row" }, h("button", { class: "button round", type: "button", "aria-label": label, onclick: () => play(decoded, canvas) }, icon("play")), canvas),
  );
  requestAnimationFrame(() => draw(canvas, peaks(decoded), 0));
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
  const heights = peaks(decoded);
  const follow = () => {
    draw(canvas, heights, playing ? (context.currentTime - began) / decoded.duration : 0);
    if (playing) requestAnimationFrame(follow);
  };
  follow();
}

/** The loudest moment of each stretch, as a share of the loudest of all. */
function peaks(decoded) {
  const samples = decoded.getChannelData(0);
  const size = Math.max(1, Math.floor(samples.length / BARS));
  const heights = Array.from({ length: BARS }, (_, bar) =>
    samples.subarray(bar * size, (bar + 1) * size).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
  );
  const loudest = Math.max(...heights, 0.01);
  return heights.map((height) => height / loudest);
}

function draw(canvas, heights, played) {
  const style = getComputedStyle(canvas);
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  heights.forEach((height, bar) => {
    const tall = Math.max(3, height * canvas.height);
    pen.fillStyle = bar / BARS < played ? style.getPropertyValue("--celadon-now") : style.color;
    pen.beginPath();
    pen.roundRect(bar * 6 + 1, (canvas.height - tall) / 2, 4, tall, 2);
    pen.fill();
  });
}
