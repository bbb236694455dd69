/** Where a new line begins: under the text of the one before it, and deeper behind a key or a dash without a value. */
import { indentService } from "../../../vendor/codemirror/codemirror.js";

const STEP = 2;

export const indenting = indentService.of((context, pos) => {
  if (context.simulatedBreak === null) return undefined; // an existing line stays where its writer put it
  const before = context.lineAt(pos, -1).text.replace(/(^|\s)#.*$/, "");
  const [, spaces, dashes] = before.match(/^( *)((?:- *)*)/);
  if (!before.trim()) return spaces.length;
  const opens = /(:|[[{])\s*$/.test(before) ? STEP : 0;
  const dashesOnly = before.trim().replace(/[- ]/g, "") === "";
  return spaces.length + (dashesOnly ? dashes.trim().length + 1 : dashes.length) + opens;
});
