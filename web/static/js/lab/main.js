/** The provider lab: how every engine is doing, and the same question to each of them. */
import { ApiError, get } from "../api.js";
import { $ } from "../dom.js";
import { Clip } from "./clip.js";
import { EngineList } from "./engines.js";
import { hearEverywhere, speakEverywhere } from "./tries.js";

const EVERY_MS = 2000;
const boot = JSON.parse($("boot").textContent);
const engines = new EngineList({ development: boot.development, failed: tell });
const notes = { watching: "", action: "" }; // the page watches all the time, and must not wipe away what an action came to

/** Draws how the engines are now; asks again while the page is looked at. */
async function refresh() {
  if (document.hidden) return;
  await attempt(async () => engines.show((await get("/lab")).engines), "watching");
}

async function attempt(act, from = "action") {
  try {
    await act();
    tell("", from);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tell(error.message, from);
  }
}

function tell(sentence, from = "action") {
  notes[from] = sentence;
  const shown = notes.watching || notes.action;
  if ($("lab-note").textContent !== shown) $("lab-note").textContent = shown; // else it would be read aloud again
  $("lab-note").hidden = !shown;
}

$("speak-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("speak").disabled = true;
  const wanted = { text: $("speak-text").value, voice: $("speak-voice").value, rate: Number($("speak-rate").value) };
  await attempt(() => speakEverywhere(engines.names("tts"), wanted));
  $("speak").disabled = false;
  await refresh();
});

if (boot.hears) {
  new Clip({
    longestSeconds: boot.longest_seconds,
    failed: tell,
    ready: async (file) => {
      await attempt(() => hearEverywhere(engines.names("stt"), file));
      await refresh();
    },
  });
}

await refresh();
setInterval(refresh, EVERY_MS);
