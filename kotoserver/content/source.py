"""Reads YAML into plain values that remember where they stood, and names what YAML would silently change.

The tree is built from the parser's events and not by PyYAML's composer: libyaml's composer recurses in C,
so a file of ten thousand brackets would end the process, and constructed values have lost their places.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import yaml

from kotoserver.content import traps
from kotoserver.content.diagnostics import START_OF_FILE, Mark, Report
from kotoserver.content.tree import Block, Document, Items

DEEPEST = 40
"""Blocks within blocks; the deepest place of a scene or pack is at 9."""

_COMMENT_BEGINS_WITHIN = 24
"""Characters behind a text in which a comment that cuts it, or `# ok: W07`, is to be seen."""

_INVISIBLE = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""Line breaks for some programs and none for others: lines would be counted differently."""

LARGEST = 1_000_000
"""Characters; ten times the largest scene that anyone would want to play."""


def read_document(content: bytes | str, file: str, report: Report) -> Document | None:
    """The file's tree; None when it does not parse at all. What is wrong with it goes to the report."""
    text = _decode(content, file, report)
    if text is None:
        return None
    builder = _Builder(text=text, file=file, report=report)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = _mark(place)
        code, sentence = traps.explain_refusal(text, mark, error.problem or "")
        report.add(code, file, mark, sentence)
        return None
    except _GivenUp:
        return None
    if not isinstance(builder.root, Block):
        report.add("E06", file, START_OF_FILE, "The file must hold keys with values, `schema:` first.")
        return None
    return Document(file=file, lines=tuple(text.split("\n")), root=builder.root)


def _decode(content: bytes | str, file: str, report: Report) -> str | None:
    """NFC text: Korean from some keyboards arrives in single letters, which no comparison survives."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        text.encode()
    except UnicodeError:
        report.add("E01", file, START_OF_FILE, "The file is not UTF-8 text.")
        return None
    if len(text) > LARGEST:
        report.add("E01", file, START_OF_FILE, f"The file is longer than {LARGEST:,} characters.")
        return None
    text = unicodedata.normalize("NFC", text)
    unprintable = _INVISIBLE.search(text) or yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        lines = text[: unprintable.start()].split("\n")
        mark = Mark(len(lines), len(lines[-1]) + 1)
        report.add("E01", file, mark, "There is an invisible control character here; delete it.")
        return None
    return text


YamlMark = yaml.Mark | Any
"""libyaml's marks and PyYAML's own are different classes with the same fields."""


def _mark(place: YamlMark | None) -> Mark:
    return Mark(place.line + 1, place.column + 1) if place else START_OF_FILE


class _GivenUp(Exception):
    """The file holds something after which reading on makes no sense; it is in the report."""


@dataclass(slots=True)
class _Open:
    """A block or list that has not ended yet."""

    value: Block | Items
    flow: bool
    key: str | None = None
    key_mark: Mark = START_OF_FILE


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Puts events together, one after the other."""

    text: str
    file: str
    report: Report
    root: object = None
    documents: int = 0
    open: list[_Open] = field(default_factory=list)

    def take(self, event: yaml.Event) -> None:
        mark = _mark(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                self._count_document(mark)
            case yaml.AliasEvent():
                self._give_up(
                    mark, "Anchors and aliases (`&`, `*`) are not used here; write it out, or quote the text."
                )
            case yaml.ScalarEvent():
                self._take_scalar(event, mark)
            case yaml.MappingStartEvent():
                self._open(Block(mark), event, mark)
            case yaml.SequenceStartEvent():
                self._open(Items(mark), event, mark)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()

    def _count_document(self, mark: Mark) -> None:
        self.documents += 1
        if self.documents > 1:
            self._give_up(mark, "A second document begins here (`---`); a file holds one.")

    def _give_up(self, mark: Mark, sentence: str) -> None:
        self.report.add("E01", self.file, mark, sentence)
        raise _GivenUp

    def _open(self, value: Block | Items, event: yaml.CollectionStartEvent, mark: Mark) -> None:
        if event.anchor is not None:
            self._give_up(mark, "Anchors and aliases (`&`, `*`) are not used here; write it out.")
        if event.tag is not None:
            self.report.add("E06", self.file, mark, f"The tag {event.tag} is not used here; delete it.")
        if len(self.open) >= DEEPEST:
            self._give_up(mark, f"Nested more than {DEEPEST} levels deep.")
        if self._expects_key():
            self._give_up(mark, "A key must be a plain word; quote text that begins with `{` or `[`.")
        self._place(value, mark)
        self.open.append(_Open(value, bool(event.flow_style)))

    def _expects_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, Block) and self.open[-1].key is None

    def _take_scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        if event.anchor is not None:
            self._give_up(mark, "Anchors and aliases (`&`, `*`) are not used here; write it out.")
        if self._expects_key():
            self._take_key(event, mark)
            return
        scalar = traps.Scalar(
            text=event.value,
            plain=event.style is None or event.style == "",
            tag=event.tag,
            in_flow_list=bool(self.open) and self.open[-1].flow and isinstance(self.open[-1].value, Items),
            in_flow_block=bool(self.open) and self.open[-1].flow and isinstance(self.open[-1].value, Block),
            lines=_mark(event.end_mark).line - mark.line + 1,
            rest_of_line=self._rest_of_line(event.end_mark),
        )
        value, finding = traps.read_scalar(scalar)
        if finding is not None:
            self.report.add(finding.code, self.file, self._blamed(finding, mark), finding.sentence)
        self._place(value, mark)

    def _rest_of_line(self, place: YamlMark | None) -> str:
        """What stands behind a scalar, as far as it takes to know a comment."""
        start = place.index if place else 0
        return self.text[start : start + _COMMENT_BEGINS_WITHIN].split("\n", 1)[0]

    def _blamed(self, finding: traps.Finding, mark: Mark) -> Mark:
        return self.open[-1].key_mark if finding.at_key else mark

    def _take_key(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        around = self.open[-1]
        finding = traps.check_key(event.value, plain=event.style is None or event.style == "")
        if finding is not None:
            self.report.add(finding.code, self.file, mark, finding.sentence)
        if event.value in around.value:
            sentence = f"The key `{event.value}` is already written in this block; only one of them would count."
            self.report.add("E03", self.file, mark, sentence)
        around.key, around.key_mark = event.value, mark

    def _place(self, value: object, mark: Mark) -> None:
        if not self.open:
            self.root = value
            return
        around = self.open[-1]
        if isinstance(around.value, Items):
            around.value.append(value)
            around.value.marks.append(mark)
        elif around.key is not None:
            around.value[around.key] = value
            around.value.key_marks[around.key] = around.key_mark
            around.value.value_marks[around.key] = mark
            around.key = None
