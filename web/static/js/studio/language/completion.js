/** Completes keys and values where they are written: from the format's schema, the catalogs and the scene. */
import { autocompletion, completionKeymap, keymap, startCompletion } from "../../../vendor/codemirror/codemirror.js";
import { placeOfWriting } from "./place.js";
import { choicesAt, keysAt, kindOf, ownKeysOf, schemasAt } from "./schema.js";

const STILL = /^[\p{L}\p{N}_/-]*$/u;

/** Completion in the file that `drafts` shows. */
export function completion(drafts, vocabulary) {
  const source = (context) => completionsAt(context, drafts.shown, vocabulary);
  return [autocompletion({ override: [source], icons: false }), keymap.of(completionKeymap)];
}

async function completionsAt(context, file, vocabulary) {
  const text = context.state.doc.toString();
  const place = placeOfWriting(text, context.pos);
  const schema = place && (await vocabulary.schemaOf(file));
  if (!schema) return null;
  const names = await vocabulary.namesIn(file, text);
  if (context.aborted) return null;
  const slot = slotBeingNamed(text, context.pos, place);
  if (slot) return { from: slot.from, options: slotOptions(names, text[context.pos]), validFor: STILL };
  const begun = place.to > place.from;
  const options = place.role === "key" ? [...keyOptions(schema, place, names, text), ...(place.alone ? valueOptions(schema, place, names) : [])] : valueOptions(schema, place, names, text);
  const wanted = context.explicit || begun || (place.role === "value" && /[:[,] $/.test(text.slice(0, context.pos)));
  return wanted && options.length ? { from: place.from, options, validFor: STILL } : null;
}

// ── keys ───────────────────────────────────────────────────────────────────────────────────────

function keyOptions(root, place, names, text) {
  const declared = keysAt(root, place.path).map(({ key, schema, required, kinds }) => ({
    name: key,
    kinds,
    about: schema.description ?? "",
    detail: required ? `${kindOf(kinds)} · needed` : kindOf(kinds),
  }));
  const own = schemasAt(root, place.path).flatMap(({ schema, owner }) => names.keys(ownKeysOf(schema, owner), place.path));
  const all = [...declared, ...own.map(({ name, about }) => ({ name, about, detail: about, kinds: [] }))];
  return all
    .filter(({ name }) => !place.others.includes(name))
    .map((each, order) => option(each, order, (view, from, to) => writeKey(view, from, to, each, place, text)));
}

/** Writes a key with what comes behind it, and asks at once for a value where only some are possible. */
function writeKey(view, from, to, { name, kinds }, place, text) {
  const insert = place.colonFollows ? name : name + behind(kinds, place, text);
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.complete" });
  if (insert.endsWith(" ")) startCompletion(view);
}

/** A map and a list of maps begin on the next line, deeper; everything else stands behind the colon. */
function behind(kinds, place, text) {
  const lineStart = text.lastIndexOf("\n", place.from - 1) + 1;
  const deeper = `\n${" ".repeat(place.from - lineStart + 2)}`;
  if (place.inFlow || kinds.some(({ type }) => type === "string" || type === "boolean")) return ": ";
  if (kinds.some(({ type, items }) => type === "array" && items?.$ref)) return `:${deeper}- `;
  return kinds.some(({ type, properties }) => type === "object" && properties) ? `:${deeper}` : ": ";
}

// ── values ─────────────────────────────────────────────────────────────────────────────────────

function valueOptions(root, place, names, text = "") {
  const found = schemasAt(root, place.path);
  const choices = choicesAt(root, place.path).map((choice) => ({ name: String(choice), about: "", detail: "" }));
  const named = unique(found.flatMap(({ owner }) => names.values(owner, place.path))).map((each) => ({ ...each, detail: each.about }));
  const keys = place.role === "value" && beginsBelow(place, text) ? keyOptions(root, { ...place, others: [] }, names, text) : [];
  return [...[...choices, ...named].map((each, order) => option(each, order)), ...keys];
}

const unique = (names) => [...new Map(names.map((each) => [each.name, each])).values()];

/** Whether a value is written on a line of its own, where a map may begin. */
function beginsBelow(place, text) {
  const lineStart = text.lastIndexOf("\n", place.from - 1) + 1;
  return /^[\s-]*$/.test(text.slice(lineStart, place.from));
}

// ── slots inside of sentences ──────────────────────────────────────────────────────────────────

function slotBeingNamed(text, offset, place) {
  const sentence = place.role === "value" && (place.path.at(-1) === "ko" || place.path[0] === "lines");
  const found = sentence && text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).match(/\{([a-z_]*)$/);
  return found ? { from: offset - found[1].length } : null;
}

const slotOptions = (names, next) =>
  names.slots().map((each, order) => option({ ...each, detail: each.about }, order, next === "}" || next === "|" ? each.name : `${each.name}}`));

function option({ name, about, detail }, order, apply = name) {
  const sentence = about.replace(/`/g, "");
  return {
    label: name,
    detail,
    info: sentence && sentence !== detail ? sentence : undefined,
    apply: typeof apply === "string" ? apply : (view, _, from, to) => apply(view, from, to),
    sortText: String(order).padStart(5, "0"),
  };
}
