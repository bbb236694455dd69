/** One session as it is played: frames come in and are shown, the learner's buttons go out. */
import { ApiError, get } from "../api.js";
import { $ } from "../dom.js";
import { showRecap } from "./recap.js";
import { word } from "./words.js";

const ROOMY = window.matchMedia("(min-width: 901px)"); // where the result lies beside the answer

export class Play {
  #client;
  #path;
  #panel;
  #voice;
  #lines;
  #goals;
  #ladder;
  #result;
  #silence;
  #sent = new Map();
  #sceneTurn = null;
  #catchUpTo = 0;
  #lastLine = null;
  #over = false;

  constructor({ client, sessionId, resumed, panel, voice, lines, goals, ladder, result, silence }) {
    this.#client = client;
    this.#path = `/sessions/${encodeURIComponent(sessionId)}`;
    this.#panel = panel;
    this.#voice = voice;
    this.#lines = lines;
    this.#goals = goals;
    this.#ladder = ladder;
    this.#result = result;
    this.#silence = silence({ hint: () => client.hint(), pass: () => this.#answer("…") });
    this.#catchUpTo = resumed ? Infinity : 0;
  }

  start() {
    this.#client.addEventListener("frame", ({ detail }) => this.#frame(detail.frame));
    this.#client.addEventListener("status", ({ detail }) => this.#status(detail));
    this.#lines.addEventListener("quiet", () => this.#quiet());
    this.#lines.addEventListener("heard", ({ detail }) => this.#heard(detail.turnId));
    this.#panel.attach(this.#client, (pack) => this.#changePack(pack));
    this.#buttons();
    this.#client.connect();
  }

  #frame(frame) {
    const past = frame.seq <= this.#catchUpTo;
    switch (frame.type) {
      case "session_ready":
        if (this.#catchUpTo === Infinity) this.#catchUpTo = frame.last_seq;
        this.#enter(frame.turn);
        this.#refresh();
        break;
      case "npc_line":
        this.#enter(frame.turn);
        this.#say(frame, past);
        break;
      case "evaluation_complete":
        if (past) break;
        if (frame.tts_url) this.#voice.prepare(frame.tts_url);
        this.#judged(frame);
        break;
      case "hint":
        this.#enter(frame.turn);
        this.#ladder.add(frame);
        break;
      case "scene_ended":
        this.#over = true;
        if (past || !this.#lines.busy) this.#end();
        break;
      case "error":
        if (!past) this.#refused(frame);
        break;
    }
    if (frame.seq === this.#catchUpTo) this.#recallTurns();
  }

  /** After a reload: the turns from before, and the result of the last one. */
  async #recallTurns() {
    try {
      const { turns } = await get(`${this.#path}/turns`);
      turns.forEach((turn) => this.#panel.turn(turn));
      const last = turns.at(-1);
      if (last) this.#result.show(last);
      $("retry").disabled = this.#over || turns.every((turn) => turn.undone);
    } catch (error) {
      this.#report(error);
    }
  }

  /** What could not be done is said in the learner's words; the code is among the developer's frames. */
  #refused({ turn_id: turnId }) {
    this.#notice(word("failed"));
    this.#busy(false);
    const said = this.#sent.get(turnId)?.text;
    if (said && !$("answer").value) $("answer").value = said;
  }

  #enter(turn) {
    if (turn === this.#sceneTurn) return;
    this.#sceneTurn = turn;
    this.#goals.turn(turn);
    this.#ladder.clear(turn);
    this.#silence.newTurn();
  }

  /** Lines from before a reload are not spoken again; the last of them is shown. */
  #say(line, past) {
    this.#lastLine = line;
    for (const id of ["repeat", "slow"]) $(id).disabled = false;
    if (past) this.#lines.recall(line);
    else this.#lines.add(line);
  }

  #answer(text) {
    this.#silence.stop();
    this.#lines.cutShort();
    this.#notice("");
    this.#busy(true);
    const turnId = this.#client.answer(text);
    this.#sent.set(turnId, { text, at: performance.now() });
    this.#panel.answered();
  }

  async #judged({ turn_id: turnId }) {
    this.#busy(false);
    try {
      const turn = await get(`${this.#path}/turns/${encodeURIComponent(turnId)}`);
      this.#result.show(turn);
      if (ROOMY.matches) $("result").scrollIntoView({ block: "nearest", behavior: "smooth" });
      this.#panel.turn(turn);
      $("retry").disabled = turn.undone || this.#over;
    } catch (error) {
      this.#report(error);
    }
    await this.#refresh();
  }

  async #refresh() {
    try {
      const view = await get(this.#path);
      this.#goals.session(view);
      this.#panel.state(view);
    } catch (error) {
      this.#report(error);
    }
  }

  /** The voice has begun: the learner's waiting time is known now. */
  #heard(turnId) {
    const sent = this.#sent.get(turnId);
    if (sent === undefined) return;
    this.#sent.delete(turnId);
    const waited = performance.now() - sent.at;
    this.#client.playbackStarted(turnId, waited);
    this.#panel.perceived(turnId, waited);
    this.#showTimings(turnId);
  }

  /** By now the server knows the stages that end after the answer: storing, spreading, the first sound. */
  async #showTimings(turnId) {
    try {
      this.#panel.turn(await get(`${this.#path}/turns/${encodeURIComponent(turnId)}`));
    } catch (error) {
      this.#report(error);
    }
  }

  #quiet() {
    if (this.#over) this.#end();
    else this.#silence.listen();
  }

  async #end() {
    this.#silence.stop();
    $("below").hidden = true;
    for (const id of ["repeat", "slow"]) $(id).disabled = true;
    try {
      const recap = await get(`${this.#path}/recap`);
      await this.#refresh();
      showRecap(recap, {
        say: (url) => this.#voice.play(url),
        again: () => this.#restart(),
        details: `/console${this.#path}`,
      });
    } catch (error) {
      this.#report(error);
    }
  }

  #buttons() {
    $("answer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = $("answer").value.trim();
      if (!text) return;
      $("answer").value = "";
      this.#answer(text);
    });
    $("hint").addEventListener("click", () => this.#client.hint());
    $("repeat").addEventListener("click", () => this.#again(false));
    $("slow").addEventListener("click", () => this.#again(true));
    $("retry").addEventListener("click", () => this.#takeBack());
    $("sound").addEventListener("click", () => {
      this.#voice.muted = !this.#voice.muted;
      $("sound").setAttribute("aria-pressed", String(!this.#voice.muted));
    });
  }

  #again(slow) {
    this.#silence.stop();
    this.#lines.cutShort();
    this.#client.repeat({ slow });
  }

  #takeBack() {
    $("retry").disabled = true;
    this.#lines.cutShort();
    if (!this.#client.retry()) return;
    this.#result.undone();
    $("answer").focus();
    this.#client.addEventListener("frame", () => this.#refresh(), { once: true });
  }

  #status({ state, code }) {
    if (state === "waiting") this.#notice(word("reconnecting"));
    if (state === "open") this.#notice("");
    if (state === "closed" && code) this.#notice(word(code === 4409 ? "replaced" : "failed"));
  }

  #notice(text) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  }

  #report(error) {
    if (!(error instanceof ApiError)) throw error;
    this.#notice(word("failed"));
  }

  #busy(yes) {
    $("send").disabled = yes;
    $("below").classList.toggle("judging", yes);
  }

  #restart() {
    this.#client.leave();
    const here = new URL(location.href);
    here.searchParams.delete("session");
    location.assign(here);
  }

  #changePack(pack) {
    const here = new URL(location.href);
    here.searchParams.set("pack", pack);
    here.searchParams.delete("session");
    location.assign(here);
  }
}
