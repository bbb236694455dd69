"""Changes to a text by spans: what is not named stays as it was, comments, order and line endings included."""

from collections.abc import Iterable, Sequence

from kotoserver.content.diagnostics import Edit, Mark


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with every edit made; ValueError when two of them overlap."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(mark: Mark) -> int:
        return starts[mark.line - 1] + mark.column - 1

    done = len(text)
    for edit in sorted(set(edits), key=lambda each: (each.start, each.end), reverse=True):
        start, end = offset(edit.start), offset(edit.end)
        if end > done:
            raise ValueError(f"two edits overlap at line {edit.start.line}")
        text = text[:start] + edit.text + text[end:]
        done = start
    return text


def between(lines: Sequence[str], start: Mark, end: Mark) -> str:
    """What is written from `start` up to `end`, line breaks included."""
    if start.line == end.line:
        return lines[start.line - 1][start.column - 1 : end.column - 1]
    first, last = lines[start.line - 1][start.column - 1 :], lines[end.line - 1][: end.column - 1]
    return "\n".join((first, *lines[start.line : end.line - 1], last))
