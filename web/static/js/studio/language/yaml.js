/**
 * A YAML text as parts with their places. The editor's own parser reads it, which gets over what is not finished yet;
 * what it cannot make out is left out.
 *
 * A part is { kind: "map", entries: [{ key, from, value }] }, { kind: "list", items } or { kind: "text", text }, each
 * with `from` and `to`; a value that is missing is null.
 */
import { TreeFragment, yamlLanguage } from "../../../vendor/codemirror/codemirror.js";
import { difference } from "../places.js";

/** Beginning of a text -> { text, tree } as it was read last, so that only what changed since is read again. */
const read = new Map();
const BEGINNING = 200;
const MOST_READ = 8;

export function parse(text) {
  const beginning = text.slice(0, BEGINNING);
  const last = read.get(beginning);
  if (last?.text === text) return last.tree;
  const tree = yamlLanguage.parser.parse(text, last ? fragments(last, text) : undefined);
  read.delete(beginning);
  read.set(beginning, { text, tree });
  if (read.size > MOST_READ) read.delete(read.keys().next().value);
  return tree;
}

function fragments(last, text) {
  const { from, to, insert } = difference(last.text, text);
  const change = { fromA: from, toA: to, fromB: from, toB: from + insert.length };
  return TreeFragment.applyChanges(TreeFragment.addTree(last.tree), [change]);
}

export function readYaml(text) {
  const document = parse(text).topNode.getChild("Document");
  return document ? firstPart(document, text) : null;
}

/** The part behind a key of a map; null when there is none. */
export const under = (part, key) => part?.entries?.find((entry) => entry.key === key)?.value ?? null;

/** The keys of a map. */
export const keysOf = (part) => part?.entries?.map(({ key }) => key) ?? [];

/** The items of a list; a single item may stand in the place of one. */
export const each = (part) => (part === null ? [] : part.kind === "list" ? part.items.filter(Boolean) : [part]);

export const textOf = (part) => (part?.kind === "text" ? part.text : "");

/** What a path of keys and numbers leads to. */
export const along = (part, path) =>
  path.reduce((at, step) => (typeof step === "number" ? (each(at)[step] ?? null) : under(at, step)), part);

function partOf(node, text) {
  const place = { from: node.from, to: node.to };
  switch (node.name) {
    case "BlockMapping":
    case "FlowMapping":
      return { kind: "map", entries: node.getChildren("Pair").map((pair) => entryOf(pair, text)).filter(Boolean), ...place };
    case "BlockSequence":
    case "FlowSequence":
      return { kind: "list", items: node.getChildren("Item").map((item) => firstPart(item, text)), ...place };
    case "Literal":
    case "QuotedLiteral":
    case "BlockLiteral":
      return { kind: "text", text: scalarOf(text.slice(node.from, node.to), node.name), ...place };
    default:
      return null;
  }
}

function firstPart(node, text) {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    const part = child.name === "Key" ? null : partOf(child, text);
    if (part) return part;
  }
  return null;
}

function entryOf(pair, text) {
  const key = pair.getChild("Key");
  return key && { key: keyText(key, text), from: key.from, value: firstPart(pair, text) };
}

export const keyText = (key, text) => scalarOf(text.slice(key.from, key.to), text[key.from] === '"' ? "QuotedLiteral" : "Literal");

/** Good enough to look names up by; escapes stay as they are written. */
function scalarOf(raw, name) {
  if (name === "QuotedLiteral") return raw.slice(1, -1);
  return raw.replace(/\s*\n\s*/g, " ").trim();
}
