/** The learner's buttons and the answer field: what they do, and when they may be used. */
import { $ } from "../dom.js";

export class Controls {
  /** `acts`: answer(text), hint(), repeat(slow), takeBack(), and mute(), which returns whether it is silent now. */
  constructor(acts) {
    $("answer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = $("answer").value.trim();
      if (!text) return;
      $("answer").value = "";
      acts.answer(text);
    });
    $("hint").addEventListener("click", acts.hint);
    $("repeat").addEventListener("click", () => acts.repeat(false));
    $("slow").addEventListener("click", () => acts.repeat(true));
    $("retry").addEventListener("click", acts.takeBack);
    $("sound").addEventListener("click", () => $("sound").setAttribute("aria-pressed", String(!acts.mute())));
  }

  /** One sentence above the answer field; an empty one takes it away. */
  notice(text) {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  }

  /** While an answer is judged no other can be sent. */
  judging(yes) {
    $("send").disabled = yes;
    $("answer-form").setAttribute("aria-busy", String(yes));
  }

  allowRepeat(yes) {
    for (const id of ["repeat", "slow"]) $(id).disabled = !yes;
  }

  allowRetry(yes) {
    $("retry").disabled = !yes;
  }

  /** Puts an answer that did not arrive back into the field, unless the learner is writing another. */
  giveBack(text) {
    if (!$("answer").value) $("answer").value = text;
  }

  focus() {
    $("answer").focus();
  }

  /** The scene is over: its last words are heard out, and nothing more is said. */
  askNoMore() {
    $("speak").hidden = true;
    this.allowRepeat(false);
  }

  close() {
    $("below").hidden = true;
  }
}
