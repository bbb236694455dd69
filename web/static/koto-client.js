/**
 * Korean Together's wire protocol, spoken by a browser: one session over one WebSocket.
 *
 *   const client = new KotoClient({ url: "wss://…/koto/ws/session/sess_1", token });
 *   client.addEventListener("frame", ({ detail }) => play(detail.frame));
 *   client.connect();
 *   client.answer("아이스 아메리카노 한 잔 주세요.");
 *
 * What it takes care of, and what any other client must do too:
 *  - The first frame is `hello` with the token and, after a cut, `last_seq`: the server sends what was missed.
 *  - Frames are delivered in order and once. A number that comes again is dropped; a gap reconnects.
 *  - An answer, typed or spoken, keeps its `turn_id` until it is judged. After a cut it is sent again under that same id, for
 *    which the server gives the stored result instead of judging twice.
 *  - A lost connection is tried again after 0.5, 1, 2 … 15 s, each shortened by chance so that a thousand
 *    clients do not return in the same moment. Codes in FINAL are not tried again.
 *  - A silent connection is asked with `ping`; no answer in time counts as lost. A browser that says it is offline has lost
 *    it already, and one that is online again tries at once.
 *
 * Events (CustomEvent, see `detail`):
 *  - "frame"   { frame, replayed }        a numbered frame, in order; `replayed` when it fills a gap
 *  - "status"  { state, attempt, delay, code }   state: connecting · open · waiting · closed
 *  - "tap"     { direction, text, bytes, frame, at, replayed, duplicate }   every frame as it went over the wire
 */

/** Close codes after which trying again is pointless, and why. */
export const FINAL = Object.freeze({
  4401: "not signed in",
  4403: "somebody else's session",
  4404: "no such session",
  4409: "opened in another place",
});

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 8_000;
const DROPPED = 4000;
const NOT_SIGNED_IN = 4401;

export class KotoClient extends EventTarget {
  #url;
  #token;
  #renew;
  #renewLater = null; // put back once the new token was taken
  #socket = null;
  #waiting = false; // for the moment to try again
  #ended = false;
  #attempt = 0;
  #retryTimer = 0;
  #pingTimer = 0;
  #pongTimer = 0;
  #lastSeq;
  #catchUpTo = Infinity; // null once every frame from before is here
  #replaying = false;
  #unjudged = new Map();

  /**
   * `lastSeq`: the last frame already seen, when a session is taken up again; 0 asks for all of them.
   * `renew`: gives (a promise of) another token once this one has expired, or null when nobody is signed in.
   */
  constructor({ url, token, lastSeq = 0, renew = null }) {
    super();
    this.#renew = renew;
    this.#url = url;
    this.#token = token;
    this.#lastSeq = lastSeq;
    addEventListener("offline", () => this.isOpen && this.drop());
    addEventListener("online", () => this.#waiting && this.connect());
  }

  /** Number of the last frame that was delivered. */
  get lastSeq() {
    return this.#lastSeq;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#retryTimer);
    this.#waiting = false;
    this.#ended = false;
    this.#tell("status", { state: "connecting", attempt: this.#attempt });
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#hello();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(data);
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
  }

  /** Says something in Korean (or anything else); returns the turn's id. Sent as soon as the line is up. */
  answer(text, turnId = newTurnId()) {
    return this.#take({ type: "user_text", turn_id: turnId, text });
  }

  /** Plays a recording that was uploaded to this session; returns the turn's id. */
  speak(audioId, turnId = newTurnId()) {
    const session = decodeURIComponent(new URL(this.#url).pathname.split("/").at(-1));
    return this.#take({ type: "audio_uploaded", turn_id: turnId, audio_id: audioId, session_id: session });
  }

  /** Says what was said in a recording that was not heard for certain: one of the choices, or what became of one. */
  confirm(turnId, text, audioId) {
    return this.#take({ type: "user_text", turn_id: turnId, text, audio_id: audioId });
  }

  /** Asks for the next rung of the hint ladder. */
  hint() {
    return this.#send({ type: "hint" });
  }

  /** Has the NPC say the last line again. */
  repeat({ slow = false } = {}) {
    return this.#send(slow ? { type: "repeat", slow } : { type: "repeat" });
  }

  /** Takes the last turn back; with its id, asking twice takes back one. */
  retry(turnId) {
    return this.#send(turnId ? { type: "retry", turn_id: turnId } : { type: "retry" });
  }

  /** Tells the server how long the learner really waited for the NPC's voice. */
  playbackStarted(turnId, perceivedMs) {
    return this.#send({ type: "playback_started", turn_id: turnId, perceived_ms: Math.round(perceivedMs) });
  }

  /** Says goodbye; the connection is not opened again. */
  leave() {
    this.#send({ type: "leave" });
    this.close();
  }

  close() {
    this.#ended = true;
    this.#waiting = false;
    clearTimeout(this.#retryTimer);
    this.#quiet();
    this.#socket?.close(1000);
  }

  /** Cuts the connection as a lost network would, and comes back with `last_seq`: for tests and demonstrations. */
  drop() {
    const socket = this.#socket;
    if (!socket) return;
    this.#lost(DROPPED);
    socket.close(DROPPED, "dropped on purpose");
  }

  #hello() {
    const hello = { type: "hello", token: this.#token };
    if (this.#lastSeq > 0) hello.last_seq = this.#lastSeq;
    this.#replaying = this.#lastSeq > 0;
    this.#send(hello);
    this.#pingTimer = setInterval(() => this.#ping(), PING_EVERY_MS);
  }

  #send(frame) {
    if (!this.isOpen) return false;
    const text = JSON.stringify(frame);
    this.#socket.send(text);
    const shown = frame.token ? { ...frame, token: "•••" } : frame;
    this.#tap("out", text, shown);
    return true;
  }

  /** Keeps a turn until it is judged, and sends it as soon as the line is up. */
  #take(frame) {
    this.#unjudged.set(frame.turn_id, frame);
    if (this.#catchUpTo === null) this.#send(frame);
    return frame.turn_id;
  }

  #receive(text) {
    clearTimeout(this.#pongTimer);
    const frame = JSON.parse(text);
    if (frame.type === "pong") return this.#tap("in", text, frame);
    if (frame.type === "session_ready") return this.#ready(text, frame);
    const replayed = this.#replaying && frame.seq <= this.#catchUpTo;
    const duplicate = frame.seq <= this.#lastSeq;
    this.#tap("in", text, frame, { replayed, duplicate });
    if (frame.seq > this.#lastSeq + 1) return this.drop();
    if (isAnswered(frame)) this.#unjudged.delete(frame.turn_id);
    if (!duplicate || frame.type === "error") {
      this.#lastSeq = Math.max(this.#lastSeq, frame.seq);
      this.#tell("frame", { frame, replayed });
    }
    return this.#resendWhenCaughtUp();
  }

  #ready(text, frame) {
    this.#attempt = 0;
    if (this.#renewLater) [this.#renew, this.#renewLater] = [this.#renewLater, null];
    this.#lastSeq = frame.seq;
    this.#catchUpTo = frame.last_seq;
    this.#tap("in", text, frame);
    this.#tell("status", { state: "open", attempt: 0 });
    this.#tell("frame", { frame, replayed: false });
    this.#resendWhenCaughtUp();
  }

  #resendWhenCaughtUp() {
    if (this.#catchUpTo === null || this.#lastSeq < this.#catchUpTo) return;
    this.#catchUpTo = null;
    for (const frame of this.#unjudged.values()) this.#send(frame);
  }

  #lost(code) {
    this.#quiet();
    this.#socket = null;
    this.#catchUpTo = Infinity;
    if (code === NOT_SIGNED_IN && this.#renew && !this.#ended) return this.#signInAgain();
    if (this.#ended || code in FINAL) return this.#tell("status", { state: "closed", code });
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#attempt, LONGEST_DELAY_MS) * (0.5 + Math.random() / 2);
    this.#attempt += 1;
    this.#waiting = true;
    this.#retryTimer = setTimeout(() => this.connect(), delay);
    return this.#tell("status", { state: "waiting", attempt: this.#attempt, delay, code });
  }

  #ping() {
    if (this.#send({ type: "ping" })) this.#pongTimer = setTimeout(() => this.drop(), PONG_WITHIN_MS);
  }

  /** An expired token is renewed once; a server that refuses the new one too means it. */
  async #signInAgain() {
    const renew = this.#renew;
    this.#renew = null;
    const token = await renew();
    if (this.#ended || !token) return this.#tell("status", { state: "closed", code: NOT_SIGNED_IN });
    this.#token = token;
    this.#renewLater = renew;
    return this.connect();
  }

  #quiet() {
    clearInterval(this.#pingTimer);
    clearTimeout(this.#pongTimer);
  }

  #tap(direction, text, frame, { replayed = false, duplicate = false } = {}) {
    const bytes = new TextEncoder().encode(text).length;
    this.#tell("tap", { direction, text, bytes, frame, at: performance.now(), replayed, duplicate });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Whether a frame ends the wait for its turn: judged, refused, or a recording in which nothing certain was heard. */
function isAnswered({ type, turn_id: turnId, heard }) {
  return turnId && (type === "evaluation_complete" || type === "error" || (type === "transcript" && heard !== "speech"));
}

/** An id for one answer, never used twice. */
export function newTurnId() {
  return `turn_${crypto.randomUUID?.().replaceAll("-", "") ?? [...crypto.getRandomValues(new Uint32Array(4))].join("")}`;
}
