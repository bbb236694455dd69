/** The scene simulator: joins the session, the stage, the voice and what the learner reads. */
import { KotoClient } from "../../koto-client.js";
import { raiseStage } from "../../stage/stage.js";
import { Voice } from "../../stage/voice.js";
import { ApiError, currentToken, freshToken, get, post, socketUrl } from "../api.js";
import { offerEngines } from "../dev/engines.js";
import { DeveloperPanel } from "../dev/panel.js";
import { $, h } from "../dom.js";
import { Dialogue } from "./dialogue.js";
import { Goals } from "./goals.js";
import { listenForKeys } from "./keys.js";
import { Ladder } from "./ladder.js";
import { Lines } from "./lines.js";
import { Play } from "./play.js";
import { Result } from "./result.js";
import { Silence } from "./silence.js";
import { Speaking } from "./speaking.js";
import { useWords, word } from "./words.js";

const boot = JSON.parse($("boot").textContent);
const panel = new DeveloperPanel();
const voice = new Voice();

/** Fetches the scene, fills the page with its words, and waits for the learner to begin. */
async function open() {
  const query = new URLSearchParams({ pack: boot.pack_id, version: boot.scene_version });
  const scene = await get(`/scenes/${encodeURIComponent(boot.scene_id)}?${query}`);
  useWords(scene.ui);
  $("answer").placeholder = word("answer_placeholder");
  const stage = await raiseStage($("drawing"), scene.stage.background);
  if (boot.session_id) $("start").querySelector("[data-ui]").textContent = word("continue");
  $("start").disabled = false;
  $("start").focus({ preventScroll: true });
  $("start").addEventListener("click", () => begin(scene, stage).catch(fail), { once: true });
}

/** The first click: it allows sound, opens or continues the session, and raises the curtain. */
async function begin(scene, stage) {
  const [sessionId] = await Promise.all([sessionToPlay(), voice.begin()]);
  $("theatre").classList.add("begun");
  stage?.begin();
  $("below").hidden = false;
  const dialogue = new Dialogue(scene);
  const play = new Play({
    client: new KotoClient({ url: socketUrl(sessionId), token: currentToken(), renew: freshToken }),
    sessionId,
    resumed: Boolean(boot.session_id),
    panel,
    voice,
    lines: new Lines({ dialogue, stage, voice }),
    goals: new Goals(scene),
    ladder: new Ladder((url) => voice.play(url)),
    result: new Result(scene),
    silence: (acts) => new Silence({ seconds: scene.silence_seconds, ...acts }),
    speaking: (given) => new Speaking({ hears: boot.hears, longestSeconds: boot.longest_seconds, ...given }),
  });
  play.start();
  if (boot.development) offerEngines(sessionId).catch(fail);
  $("answer").focus({ preventScroll: true });
}

async function sessionToPlay() {
  if (boot.session_id) return boot.session_id;
  const session = await post("/sessions", { scene_id: boot.scene_id, pack: boot.pack_id });
  const here = new URL(location.href);
  here.searchParams.set("session", session.session_id);
  history.replaceState(null, "", here);
  return session.session_id;
}

/** The scene cannot be played: says so where the learner looks. */
function fail(error) {
  if (!(error instanceof ApiError)) throw error;
  $("theatre").classList.remove("begun");
  $("curtain").replaceChildren(
    h("div", { class: "curtain-in", role: "alert" }, h("h2", {}, error.message), h("p", { class: "chip" }, error.code), h("a", { class: "button strong", href: "/console/" }, "Scenes")),
  );
}

listenForKeys();
open().catch(fail);
