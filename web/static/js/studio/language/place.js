/** Where in a YAML text a place is: by which keys and numbers one comes there, and whether a key or a value stands there. */
import { keyText, parse } from "./yaml.js";

const WORD = /[\p{L}\p{N}_/-]*$/u;
/** Stands for what is not written yet, so that the parser sees where it would belong. */
const MARKER = "zq";
const TEXTS = ["Literal", "QuotedLiteral", "BlockLiteral"];

/**
 * What stands at an offset: { role: "key" | "value", path, from, to, others }. `path` leads to the value, or to the map
 * that has the key; `others` are that map's keys besides it. Null where nothing of the kind stands.
 */
export function placeAt(text, offset, tree = parse(text)) {
  const leaf = leafAt(tree, offset);
  return leaf && placeOf(leaf, text);
}

/**
 * Where something is being written: the same, `from` and `to` telling which word it is, and with `alone`: true where a
 * single value may stand as well as a map's first key. Null in comments.
 */
export function placeOfWriting(text, offset) {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = (text.indexOf("\n", offset) + text.length + 1) % (text.length + 1) || text.length;
  const before = text.slice(lineStart, offset);
  const from = offset - before.match(WORD)[0].length;
  const beginsLine = /^[\s-]*$/.test(text.slice(lineStart, from)) && !text.slice(offset, lineEnd).trim();
  const marked = `${text.slice(0, offset)}${MARKER}${beginsLine ? ":" : ""}${text.slice(offset)}`;
  const leaf = leafAt(parse(marked), offset);
  const place = leaf && placeOf(leaf, marked);
  if (!place) return null;
  const quoted = leaf.name === "QuotedLiteral" || (leaf.name === "Key" && marked[leaf.from] === '"');
  const alone = place.role === "key" && place.others.length === 0;
  return { ...place, from, to: offset, alone, quoted, inFlow: isInFlow(leaf), colonFollows: /^[\w-]*\s*:/.test(text.slice(offset, lineEnd)) };
}

function leafAt(tree, offset) {
  for (const side of [-1, 1]) {
    const node = tree.resolveInner(offset, side);
    if (TEXTS.includes(node.name)) return node;
  }
  return null;
}

function placeOf(leaf, text) {
  const key = leaf.parent?.name === "Key" ? leaf.parent : null;
  const span = { from: leaf.from, to: leaf.to };
  if (!key) return { role: "value", path: pathOf(leaf, text), others: [], ...span };
  const map = key.parent.parent;
  const others = map.getChildren("Pair").map((pair) => pair.getChild("Key")).filter((each) => each && each.from !== key.from);
  return { role: "key", path: pathOf(map, text), others: others.map((each) => keyText(each, text)), ...span };
}

/** Keys and numbers from the outside to a node. */
function pathOf(node, text) {
  const path = [];
  for (let at = node; at.parent; at = at.parent) {
    if (at.parent.name === "Pair" && at.name !== "Key") path.unshift(keyText(at.parent.getChild("Key") ?? at, text));
    else if (at.name === "Item") path.unshift(at.parent.getChildren("Item").findIndex(({ from }) => from === at.from));
  }
  return path;
}

function isInFlow(node) {
  for (let at = node; at; at = at.parent) if (at.name.startsWith("Flow")) return true;
  return false;
}
