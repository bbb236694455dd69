"""Reads YAML into plain values that remember where they stood, and names what YAML would silently change.

The tree is built from the parser's events and not by PyYAML's composer: libyaml's composer recurses in C,
so a file of ten thousand brackets would end the process, and constructed values have lost their places.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import yaml

from kotoserver.content import traps
from kotoserver.content.diagnostics import START_OF_FILE, Edit, Fix, Mark, Report
from kotoserver.content.edits import apply_edits, between
from kotoserver.content.sentences import Param
from kotoserver.content.tree import Block, Document, Items, in_quotes

DEEPEST = 40
"""Blocks within blocks; the deepest place of a scene or pack is at 9."""

_COMMENT_BEGINS_WITHIN = 24
"""Characters behind a text in which a comment that cuts it, or `# ok: W07`, is to be seen."""

_INVISIBLE = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""Line breaks for some programs and none for others: lines would be counted differently."""

LARGEST = 1_000_000
"""Characters; ten times the largest scene that anyone would want to play."""
MOST_BYTES = 4 * LARGEST
"""No text of that many characters has more, so whatever has is refused undecoded."""

_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?= |\r?$)", re.MULTILINE)
"""What git leaves where two people changed the same lines."""
_CONFLICT_BEGINS = re.compile(r"^<{7} ", re.MULTILINE)


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
        refusal = traps.explain_refusal(text, mark, error.problem or "")
        report.add(refusal.key, file, mark, _mended(text, refusal.fix), **refusal.params)
        return None
    except _GivenUp:
        return None
    if not isinstance(builder.root, Block):
        report.add("E06.no_keys", file, START_OF_FILE)
        return None
    return Document(file=file, lines=builder.lines, root=builder.root, ends=builder.ends)


def _mended(text: str, fix: Fix) -> Fix:
    """The fix of a file that does not parse, kept only when the file gets further with it."""
    if not fix:
        return ()
    try:
        for _ in yaml.parse(apply_edits(text, fix), Loader=yaml.CSafeLoader):
            pass
    except yaml.MarkedYAMLError as error:
        return fix if _mark(error.problem_mark or error.context_mark).line > fix[-1].end.line else ()
    return fix


def _decode(content: bytes | str, file: str, report: Report) -> str | None:
    """NFC text: Korean from some keyboards arrives in single letters, which no comparison survives."""
    if len(content) > MOST_BYTES:
        report.add("E01.too_long", file, START_OF_FILE, most=f"{LARGEST:,}")
        return None
    if isinstance(content, bytes) and content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        report.add("E01.utf16", file, START_OF_FILE)
        return None
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        text.encode()
    except UnicodeDecodeError as error:
        report.add("E01.not_utf8", file, _place_in(error.object[: error.start].decode("utf-8-sig")))
        return None
    except UnicodeEncodeError as error:
        report.add("E01.not_utf8", file, _place_in(error.object[: error.start]))
        return None
    if len(text) > LARGEST:
        report.add("E01.too_long", file, START_OF_FILE, most=f"{LARGEST:,}")
        return None
    text = _composed(text, file, report)
    conflicts = [match for match in _CONFLICT.finditer(text) if _CONFLICT_BEGINS.search(text)]
    for match in conflicts:
        report.add("E01.merge_conflict", file, _place_in(text[: match.start()]))
    if conflicts:
        return None
    unprintable = _INVISIBLE.search(text) or yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        mark = _place_in(text[: unprintable.start()])
        fix = (Edit(mark, Mark(mark.line, mark.column + 1), ""),)
        report.add("E01.invisible", file, mark, fix)
        return None
    return text


def _composed(text: str, file: str, report: Report) -> str:
    """The text in NFC; where it was not, a finding at the first letter that was typed apart."""
    if unicodedata.is_normalized("NFC", text):
        return text
    whole = unicodedata.normalize("NFC", text)
    same = next((at for at, (one, other) in enumerate(zip(text, whole, strict=False)) if one != other), len(whole))
    mark = _place_in(whole[:same])
    report.add("W27", file, mark, (Edit(mark, mark, ""),))
    return whole


def _place_in(before: str) -> Mark:
    """Where a text goes on after these characters."""
    lines = before.split("\n")
    return Mark(len(lines), len(lines[-1]) + 1)


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
    ends: dict[Mark, Mark] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.lines = tuple(self.text.split("\n"))

    def take(self, event: yaml.Event) -> None:
        mark = _mark(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                self._count_document(mark)
            case yaml.AliasEvent():
                self._give_up("E01.anchor", mark)
            case yaml.ScalarEvent():
                self._take_scalar(event, mark)
            case yaml.MappingStartEvent():
                self._open(Block(mark, flow=bool(event.flow_style)), event, mark)
            case yaml.SequenceStartEvent():
                self._open(Items(mark), event, mark)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()

    def _count_document(self, mark: Mark) -> None:
        self.documents += 1
        if self.documents > 1:
            self._give_up("E01.second_document", mark)

    def _give_up(self, key: str, mark: Mark, /, **params: Param) -> None:
        self.report.add(key, self.file, mark, **params)
        raise _GivenUp

    def _open(self, value: Block | Items, event: yaml.CollectionStartEvent, mark: Mark) -> None:
        if event.anchor is not None:
            self._give_up("E01.anchor", mark)
        if event.tag is not None:
            self.report.add("E06.tag", self.file, mark, tag=event.tag)
        if len(self.open) >= DEEPEST:
            self._give_up("E01.deep", mark, most=DEEPEST)
        if self._expects_key():
            self._give_up("E01.key_no_word", mark)
        self._place(value, mark)
        self.open.append(_Open(value, bool(event.flow_style)))

    def _expects_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, Block) and self.open[-1].key is None

    def _take_scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        if event.anchor is not None:
            self._give_up("E01.anchor", mark)
        end = _mark(event.end_mark)
        self.ends[mark] = end
        if self._expects_key():
            self._take_key(event, mark)
            return
        scalar = traps.Scalar(
            text=event.value,
            plain=event.style is None or event.style == "",
            tag=event.tag,
            in_flow_list=bool(self.open) and self.open[-1].flow and isinstance(self.open[-1].value, Items),
            in_flow_block=bool(self.open) and self.open[-1].flow and isinstance(self.open[-1].value, Block),
            lines=end.line - mark.line + 1,
            rest_of_line=self._rest_of_line(event.end_mark),
        )
        value, finding = traps.read_scalar(scalar)
        if finding is not None:
            fix = self._fix(finding, mark, end)
            self.report.add(finding.key, self.file, self._blamed(finding, mark), fix, **finding.params)
        self._place(value, mark)

    def _rest_of_line(self, place: YamlMark | None) -> str:
        """What stands behind a scalar, as far as it takes to know a comment."""
        start = place.index if place else 0
        return self.text[start : start + _COMMENT_BEGINS_WITHIN].split("\n", 1)[0]

    def _fix(self, finding: traps.Finding, mark: Mark, end: Mark) -> Fix:
        """Quotation marks around the text, where that is what it lacks."""
        match finding.remedy:
            case traps.Remedy.QUOTE:
                return (Edit(mark, end, in_quotes(self._text(mark, end))),)
            case traps.Remedy.QUOTE_LINE:
                line = self.lines[mark.line - 1].rstrip("\r")
                text = line[mark.column - 1 :].rstrip()
                return (Edit(mark, Mark(mark.line, mark.column + len(text)), in_quotes(text)),)
            case traps.Remedy.SPACE:
                return (Edit(end, end, " "),)
            case traps.Remedy.QUOTE_WITH_KEY_BEFORE:
                return self._joined(end)
        return ()

    def _joined(self, end: Mark) -> Fix:
        """`{ ko: 네, 알겠습니다 }`: one pair of quotes around the value before and the empty key."""
        block = self.open[-1].value
        if not isinstance(block, Block) or not block:
            return ()
        start = block.value_marks[list(block)[-1]]
        before = block[list(block)[-1]]
        key_end = self.ends[self.open[-1].key_mark]
        if start.line != key_end.line or start not in self.ends or not isinstance(before, str):
            return ()
        text = self._text(start, key_end)
        return (Edit(start, key_end, in_quotes(text)),) if text[:1] not in "\"'" else ()

    def _text(self, start: Mark, end: Mark) -> str:
        if start.line != end.line:
            return " ".join(line.strip() for line in between(self.lines, start, end).split("\n"))
        return between(self.lines, start, end)

    def _blamed(self, finding: traps.Finding, mark: Mark) -> Mark:
        return self.open[-1].key_mark if finding.at_key else mark

    def _take_key(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        around = self.open[-1]
        finding = traps.check_key(event.value, plain=event.style is None or event.style == "")
        if finding is not None:
            fix = self._fix(finding, mark, self.ends[mark])
            self.report.add(finding.key, self.file, mark, fix, **finding.params)
        if event.value in around.value:
            self.report.add("E03", self.file, mark, key=event.value)
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
