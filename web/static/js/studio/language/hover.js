/** Says what stands under the pointer: what a key is for and what it takes, and what a name names. */
import { hoverTooltip } from "../../../vendor/codemirror/codemirror.js";
import { h } from "../../dom.js";
import { placeAt } from "./place.js";
import { declaredAt, kindOf, ownKeysOf, schemasAt } from "./schema.js";

/** Explanations in the file that `drafts` shows. */
export const hover = (drafts, vocabulary) =>
  hoverTooltip(async (view, pos) => {
    const text = view.state.doc.toString();
    const place = placeAt(text, pos);
    const schema = place && (await vocabulary.schemaOf(drafts.shown));
    const about = schema && aboutPlace(schema, place, text.slice(place.from, place.to), await vocabulary.namesIn(drafts.shown, text));
    return about ? { pos: place.from, end: place.to, create: () => ({ dom: tooltip(about) }) } : null;
  });

function aboutPlace(root, place, word, names) {
  return place.role === "key" ? aboutKey(root, [...place.path, word], names) : aboutValue(root, place.path, word, names);
}

function aboutKey(root, path, names) {
  const key = path.at(-1);
  const declared = declaredAt(root, path);
  if (declared) {
    const kind = `${kindOf(declared.kinds)}${declared.required ? " · needed" : ""}`;
    return { name: key, kind, sentence: declared.schema.description ?? "" };
  }
  const own = schemasAt(root, path.slice(0, -1)).flatMap(({ schema, owner }) => names.keys(ownKeysOf(schema, owner), path.slice(0, -1)));
  return found(own, key, "");
}

function aboutValue(root, path, word, names) {
  const named = schemasAt(root, path).flatMap(({ owner }) => names.values(owner, path));
  const key = path.findLast((step) => typeof step === "string");
  const declared = declaredAt(root, path.slice(0, path.lastIndexOf(key) + 1));
  return found(named, word, declared?.schema.description ?? "");
}

function found(names, word, kind) {
  const name = names.find((each) => each.name === word);
  return name ? { name: word, kind, sentence: name.about } : null;
}

function tooltip({ name, kind, sentence }) {
  return h(
    "div",
    { class: "about" },
    h("b", {}, name),
    sentence ? h("span", {}, sentence.replace(/`/g, "")) : null,
    kind ? h("span", { class: "soft small" }, kind.replace(/`/g, "")) : null,
  );
}
