/** One session as it is played: frames come in and are shown, the learner's buttons go out. */
import { newTurnId } from "../../koto-client.js";
import { ApiError, get } from "../api.js";
import { $ } from "../dom.js";
import { Controls } from "./controls.js";
import { showRecap } from "./recap.js";
import { word } from "./words.js";

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
  #controls;
  #speaking;
  #sent = new Map();
  #sceneTurn = null;
  #catchUpTo = 0;
  #over = false;

  constructor({ client, sessionId, resumed, panel, voice, lines, goals, ladder, result, silence, speaking }) {
    this.#client = client;
    this.#path = `/sessions/${encodeURIComponent(sessionId)}`;
    this.#panel = panel;
    this.#voice = voice;
    this.#lines = lines;
    this.#goals = goals;
    this.#ladder = ladder;
    this.#result = result;
    this.#silence = silence({ hint: () => this.#hint(), pass: () => this.#answer("…") });
    this.#controls = this.#controlsFor(voice);
    this.#speaking = speaking({ sessionId, acts: this.#spokenActs() });
    this.#catchUpTo = resumed ? Infinity : 0;
  }

  start() {
    this.#client.addEventListener("frame", ({ detail }) => this.#frame(detail.frame));
    this.#client.addEventListener("status", ({ detail }) => this.#status(detail));
    this.#lines.addEventListener("quiet", () => this.#quiet());
    this.#lines.addEventListener("heard", ({ detail }) => this.#heard(detail.turnId));
    this.#panel.attach(this.#client, (pack) => this.#startOver({ pack }));
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
      case "transcript":
        if (!past) this.#transcribed(frame);
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
        this.#silence.stop();
        this.#controls.askNoMore();
        this.#speaking.close();
        if (past || !this.#lines.busy) this.#end();
        break;
      case "error":
        if (!past) this.#refused(frame);
        break;
    }
    if (frame.seq === this.#catchUpTo) this.#recallTurns();
  }

  /** After a reload: the turns from before, and the result of the last one. */
  #recallTurns() {
    return this.#ask("/turns", ({ turns }) => {
      turns.forEach((turn) => this.#panel.turn(turn));
      const last = turns.at(-1);
      if (last) this.#result.show(last);
      this.#controls.allowRetry(!this.#over && turns.some((turn) => !turn.undone));
    });
  }

  /** What was heard of a recording; unless it was for certain, nothing is judged yet. */
  #transcribed(frame) {
    if (!frame.audio_id) return;
    this.#speaking.transcript(frame);
    if (frame.heard !== "speech") this.#controls.judging(false);
  }

  /** What could not be done is said in the learner's words; the code is among the developer's frames. */
  #refused({ turn_id: turnId, code }) {
    if (!this.#speaking.refused(code)) this.#controls.notice(word("failed"));
    this.#controls.judging(false);
    const sent = this.#sent.get(turnId);
    if (sent?.text) this.#controls.giveBack(sent.text);
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
    this.#controls.allowRepeat(true);
    if (past) this.#lines.recall(line);
    else this.#lines.add(line);
  }

  #answer(text) {
    this.#begin();
    this.#sentNow(this.#client.answer(text), text);
  }

  #begin() {
    this.#silence.stop();
    this.#lines.cutShort();
    this.#controls.notice(this.#client.isOpen ? "" : word("reconnecting"));
    this.#controls.judging(true);
  }

  #sentNow(turnId, text) {
    this.#sent.set(turnId, { text, at: performance.now() });
    this.#panel.answered();
  }

  /** What the microphone sets off; its own words are known only when they were heard. */
  #spokenActs() {
    return {
      busy: () => {
        this.#silence.stop();
        this.#lines.cutShort();
      },
      sent: () => {
        this.#begin();
        const turnId = newTurnId();
        this.#sentNow(turnId, "");
        return turnId;
      },
      spoke: (audioId, turnId) => this.#client.speak(audioId, turnId),
      typed: (text) => this.#answer(text),
      confirmed: (turnId, text, audioId) => {
        this.#begin();
        this.#sentNow(this.#client.confirm(turnId, text, audioId), text);
      },
      gaveUp: () => this.#controls.judging(false),
    };
  }

  async #judged({ turn_id: turnId }) {
    this.#controls.judging(false);
    await this.#ask(turnPath(turnId), (turn) => {
      this.#result.show(turn);
      this.#speaking.judged(turn);
      $("result").scrollIntoView({ block: "nearest", behavior: "smooth" });
      this.#panel.turn(turn);
      this.#controls.allowRetry(!turn.undone && !this.#over);
    });
    await this.#refresh();
  }

  #refresh() {
    return this.#ask("", (view) => {
      this.#goals.session(view);
      this.#panel.state(view);
    });
  }

  /** The voice has begun: the learner's waiting time is known now. */
  #heard(turnId) {
    const sent = this.#sent.get(turnId);
    if (sent === undefined) return;
    this.#sent.delete(turnId);
    const waited = performance.now() - sent.at;
    this.#client.playbackStarted(turnId, waited);
    this.#panel.perceived(turnId, waited);
    // By now the server knows the stages that end after the answer: storing, spreading, the first sound.
    this.#ask(turnPath(turnId), (turn) => this.#panel.turn(turn));
  }

  #quiet() {
    if (this.#over) this.#end();
    else this.#silence.listen();
  }

  async #end() {
    this.#controls.close();
    await this.#refresh();
    await this.#ask("/recap", (recap) =>
      showRecap(recap, {
        say: (url) => this.#voice.play(url),
        again: () => this.#startOver({}),
        details: `/console${this.#path}`,
      }),
    );
  }

  #controlsFor(voice) {
    return new Controls({
      answer: (text) => this.#answer(text),
      hint: () => this.#hint(),
      repeat: (slow) => this.#again(slow),
      takeBack: () => this.#takeBack(),
      mute: () => (voice.muted = !voice.muted),
    });
  }

  #hint() {
    if (this.#client.hint()) this.#ladder.asked();
  }

  #again(slow) {
    this.#silence.stop();
    this.#lines.cutShort();
    this.#client.repeat({ slow });
  }

  #takeBack() {
    this.#lines.cutShort();
    if (!this.#client.retry()) return;
    this.#controls.allowRetry(false);
    this.#result.undone();
    this.#controls.focus();
    this.#client.addEventListener("frame", () => this.#refresh(), { once: true });
  }

  #status({ state, code }) {
    if (state === "waiting") this.#controls.notice(word("reconnecting"));
    if (state === "open") this.#controls.notice("");
    if (state === "closed" && code) this.#controls.notice(word(code === 4409 ? "replaced" : "failed"));
  }

  /** Reads something of this session and shows it; a failure is said where the learner looks. */
  async #ask(path, show) {
    try {
      show(await get(this.#path + path));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#controls.notice(word("failed"));
    }
  }

  /** Opens the scene anew; `changes` go into the address. */
  #startOver(changes) {
    this.#client.leave();
    const here = new URL(location.href);
    here.searchParams.delete("session");
    for (const [name, value] of Object.entries(changes)) here.searchParams.set(name, value);
    location.assign(here);
  }
}

const turnPath = (turnId) => `/turns/${encodeURIComponent(turnId)}`;
