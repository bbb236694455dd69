/** One line heard and seen: in any voice, at any pace, by any engine, with its cue on the stage and a moving mouth. */
import { raiseStage } from "../../../stage/stage.js";
import { Voice } from "../../../stage/voice.js";
import { sound } from "../../api.js";
import { $, h } from "../../dom.js";
import { waveform } from "../../play/waveform.js";

export class Player {
  #attempt;
  #row = null;
  #stage = null;
  #voice = new Voice();
  #round = 0;

  /** `attempt(act)` tells what the server refuses. */
  constructor(attempt) {
    this.#attempt = attempt;
    $("listen").addEventListener("click", () => this.#row && this.say(this.#row));
    for (const id of ["voice", "rate", "engine"]) $(id).addEventListener("change", () => this.#forget());
    if (matchMedia("(max-width: 1100px)").matches) $("player-stage").open = false;
  }

  /** Draws the place; it stays empty where there is no drawing of it. */
  async raise(background) {
    this.#stage = await raiseStage($("art"), background);
    this.#stage?.begin();
    this.#stage?.follow(this.#voice.mouth);
    $("art").hidden = !this.#stage;
  }

  /** The line that is heard next. */
  choose(row) {
    if (this.#row?.id !== row.id) this.#forget();
    this.#row = row;
    $("player-line").textContent = row.spoken || row.cells.ko.text || "Nobody says this.";
    const cue = row.cue ? Object.values(row.cue).filter(Boolean) : [];
    $("player-about").replaceChildren(h("span", {}, row.speaker || row.kind), ...cue.map((each) => h("span", { class: "chip" }, each.replaceAll("_", " "))));
    $("listen").disabled = !row.spoken;
    for (const [id, own] of [["voice", row.voice], ["rate", row.pace]]) $(id).options[0].textContent = `the speaker's own (${own})`;
  }

  /** Speaks the line, with what the stage does meanwhile. */
  async say(row) {
    this.choose(row);
    const mine = (this.#round += 1);
    await this.#voice.begin();
    $("listen").classList.add("busy");
    const said = await this.#attempt(() =>
      sound("/content/speech", {
        text: row.spoken,
        voice: $("voice").value || row.voice,
        rate: Number($("rate").value) || row.pace,
        provider: $("engine").value || null,
      }),
    );
    $("listen").classList.remove("busy");
    if (!said || mine !== this.#round) return;
    await Promise.all([this.#draw(said), this.#play(row, said, mine)]);
  }

  async #play(row, said, mine) {
    this.#voice.prepare(said.url, said.url.replace(/\.\w+$/, ".json"));
    this.#stage?.show(row.cue ?? {});
    this.#stage?.speaking(true);
    const heard = await this.#voice.play(said.url);
    if (!heard && mine === this.#round) await this.#voice.pretend(700 + 70 * row.spoken.length);
    if (mine === this.#round) this.#stage?.speaking(false);
  }

  async #draw(said) {
    const wave = await waveform("", said.url, () => this.say(this.#row));
    $("player-wave").replaceChildren(...(wave ? [wave] : []));
    $("player-wave").hidden = !wave;
  }

  #forget() {
    this.#round += 1;
    this.#voice.hush();
    this.#stage?.speaking(false);
    $("player-wave").hidden = true;
  }
}
