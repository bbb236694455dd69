/** Names that may stand at a place of a draft, each with what it is: from the catalogs, the scene, and the file itself. */
import { along, each, keysOf, textOf, under } from "./yaml.js";

/** A name is { name, about }. */
const named = (name, about) => ({ name, about });

export class Names {
  #catalogs;
  #readScene;
  #readFile;

  /** `catalogs` as the server tells them; the others read the scene and the file as parts, see yaml.js, when asked. */
  constructor(catalogs, readScene, readFile) {
    this.#catalogs = catalogs;
    this.#readScene = readScene;
    this.#readFile = readFile;
  }

  get #scene() {
    return this.#readScene();
  }

  get #file() {
    return this.#readFile();
  }

  /** Names for a value that was declared there, at a path of the file. */
  values(owner, path) {
    return VALUES[owner]?.(this, path) ?? [];
  }

  /** Names for a key of a map that was declared there. */
  keys(owner, path) {
    return KEYS[owner]?.(this, path) ?? [];
  }

  catalog(sort) {
    return Object.entries(this.#catalogs[sort] ?? {}).map(([name, about]) => named(name, about));
  }

  turns() {
    return this.#turns().map((turn) => named(textOf(under(turn, "id")), textOf(under(turn, "goal")))).filter(({ name }) => name);
  }

  moves() {
    return [named("again", "asks once more; counts a try and offers the next hint"), named("finish", "goes to the endings")];
  }

  endings() {
    return each(under(this.#scene, "endings")).map((ending) =>
      named(textOf(under(ending, "id")), `${textOf(under(ending, "result"))} · ${textOf(under(under(ending, "say"), "ko"))}`),
    );
  }

  npcs() {
    return this.#entries("npcs").map(({ key, value }) => named(key, `${textOf(under(value, "name"))} · ${each(under(value, "speech")).map(textOf).join(", ")}`));
  }

  slots() {
    return this.#entries("slots")
      .filter(({ key }) => key !== "shortcuts")
      .map(({ key, value }) => named(key, textOf(under(value, "type")) === "native_number" ? "a number: 한, 두, 세" : keysOf(under(value, "values")).join(", ")));
  }

  valuesOfSlot(slot) {
    const entries = under(under(under(this.#scene, "slots"), slot), "values")?.entries ?? [];
    return entries.map(({ key, value }) => named(key, each(value).map(textOf).join(", ")));
  }

  /** Intents of the turn in which the path is; of all turns where it is in none. */
  intents(path) {
    const turn = this.#turnOf(path);
    const turns = turn ? [turn] : this.#turns();
    const found = turns.flatMap((one) => under(under(one, "learner"), "expect")?.entries ?? []);
    return found.map(({ key, value }) => named(key, each(under(value, "examples")).map(textOf).slice(0, 3).join(" · ")));
  }

  /** Every line that has an id, in the order of the scene. */
  lines() {
    return [...texts(this.#scene)].filter(({ id }) => /^[LC]\d/.test(id)).map(({ id, ko }) => named(id, ko));
  }

  hints() {
    return [...texts(this.#scene)].filter(({ id }) => /^H\d/.test(id)).map(({ id, kind, ko }) => named(id, ko || kind));
  }

  #turns() {
    return each(under(this.#scene, "turns"));
  }

  #entries(key) {
    return under(this.#scene, key)?.entries ?? [];
  }

  #turnOf(path) {
    const at = along(this.#file, path.slice(0, 2));
    if (path[0] === "turns") return at;
    const name = textOf(under(at, "turn"));
    return this.#turns().find((turn) => textOf(under(turn, "id")) === name) ?? null;
  }
}

/** Lines and hints, wherever they stand. */
function* texts(part) {
  if (part?.kind === "list") for (const item of part.items) yield* texts(item);
  if (part?.kind !== "map") return;
  const id = textOf(under(part, "id"));
  if (/^[LHC]\d+$/.test(id)) yield { id, ko: textOf(under(part, "ko")), kind: textOf(under(part, "kind")) };
  for (const { value } of part.entries) yield* texts(value);
}

const slots = (names) => names.slots();
const turns = (names) => names.turns();
const turnsAndMoves = (names) => [...names.turns(), ...names.moves()];
const endings = (names) => names.endings();
const intents = (names, path) => names.intents(path);
const lines = (names) => names.lines();
const npcs = (names) => names.npcs();
const catalog = (sort) => (names) => names.catalog(sort);
/** Values of the slot whose name is the last step of the path. */
const valuesOfSlot = (names, path) => names.valuesOfSlot(path.findLast((step) => typeof step === "string"));

const VALUES = {
  "SceneSource.packs": catalog("packs"),
  "SceneSource.common": catalog("common"),
  "SceneSource.start": turns,
  "StageSource.background": catalog("backgrounds"),
  "StageSource.camera": catalog("cameras"),
  "StageSource.music": catalog("music"),
  "CueSource.emotion": catalog("emotions"),
  "CueSource.anim": catalog("anims"),
  "CueSource.prop": catalog("props"),
  "NpcSource.voice": catalog("voices"),
  "SlotsSource.shortcuts.*.*": valuesOfSlot,
  "SaySource.by": npcs,
  "SaySource.use": lines,
  "IntentSource.needs": slots,
  "IntentSource.may_have": slots,
  "LearnerSource.grammar": catalog("grammar"),
  "ConditionSource.intent": intents,
  "ConditionSource.has": slots,
  "ConditionSource.missing": slots,
  "ConditionSource.slot.*": valuesOfSlot,
  "RuleSource.set.*": valuesOfSlot,
  "RuleSource.go": turnsAndMoves,
  "LimitsSource.ending": endings,
  "SayRowSource.turn": turns,
  "SayRowSource.given.*": valuesOfSlot,
  "ExpectedSource.intent": intents,
  "ExpectedSource.slots.*": valuesOfSlot,
  "ExpectedSource.missing": slots,
  "ExpectedSource.codes": catalog("codes"),
  "ExpectedSource.says": lines,
  "ExpectedSource.go": turnsAndMoves,
  "PlayRowSource.visits": turns,
  "PlayRowSource.ends": endings,
};

const KEYS = {
  "SlotsSource.shortcuts.*": slots,
  "ConditionSource.slot": slots,
  "RuleSource.set": slots,
  "SayRowSource.given": slots,
  "ExpectedSource.slots": slots,
  "ScenePackSource.goals": turns,
  "ScenePackSource.lines": lines,
  "ScenePackSource.notes": lines,
  "ScenePackSource.hints": (names) => names.hints(),
  "ScenePackSource.slots": slots,
  "ScenePackSource.slots.*": valuesOfSlot,
  "ScenePackSource.slot_names": slots,
  "ScenePackSource.slot_questions": slots,
  "PackSource.ui": catalog("ui"),
  "PackSource.feedback": catalog("codes"),
  "PackSource.labels": catalog("labels"),
  "PackSource.grammar": catalog("grammar"),
  "PackSource.common": catalog("common"),
};
