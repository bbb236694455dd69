/** Places as the API counts them, lines and columns from 1 and columns in code points, and as a JavaScript string does. */

/** The offset of a column in a line, which ends at the line's end. */
export function offsetIn(line, column) {
  let offset = 0;
  for (let left = column - 1; left > 0 && offset < line.length; left -= 1) {
    offset += line.codePointAt(offset) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The column at an offset in a line. */
export function columnAt(line, offset) {
  return [...line.slice(0, offset)].length + 1;
}

/** The text with spans replaced, none of which overlaps another. */
export function withEdits(text, edits) {
  const lines = text.split("\n");
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1) + line.length + 1);
  const place = (line, column) =>
    line > lines.length ? text.length : starts[line - 1] + offsetIn(lines[line - 1], column);
  const spans = edits
    .map((edit) => ({ from: place(edit.line, edit.column), to: place(edit.end_line, edit.end_column), text: edit.text }))
    .sort((one, other) => one.from - other.from);
  let written = "";
  let at = 0;
  for (const { from, to, text: instead } of spans) {
    written += text.slice(at, from) + instead;
    at = to;
  }
  return written + text.slice(at);
}

/** The one span in which two texts differ: what stands from `from` to `to` in the first becomes `insert`. */
export function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let same = 0;
  while (same < most - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same += 1;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}
