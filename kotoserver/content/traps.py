"""The traps of YAML that authors really fall into, each recognised where it happens.

`on:` becomes true, `010` becomes eight, `10:30` becomes 630, a comma or ` #` cuts a sentence: the parser
is content and the learner sees half a line. YAML 1.1's own resolver says what a plain word would become;
everything that would change what the author wrote is a finding.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import yaml
from yaml.resolver import Resolver

from kotoserver.content.diagnostics import Edit, Fix, Mark
from kotoserver.content.sentences import Param, phrase
from kotoserver.content.tree import in_quotes

_RESOLVER = Resolver()
_TAG = "tag:yaml.org,2002:"
_HANGUL_OR_SPACE = re.compile(r"[ㄱ-ㆎ가-힣\s]")
_CUT_BY_COMMENT = re.compile(r" #(?! ok: W\d\d)")
"""One space before `#` is how text is cut by accident; a comment stands two spaces away."""
_SIGN_BEFORE_TEXT = re.compile(
    r"(?:^\s*(?:-\s+)*|[:,]\s+|[\[{]\s*)([{\[\]}!&*|>%@`?,])[^:]*$|:\s+(-)(?:\s[^:]*)?$"
)
"""A sign that means something to YAML where a text begins."""


class Remedy(StrEnum):
    """What mends it without changing what the author meant."""

    NONE = "none"
    QUOTE = "quote"
    """Quotation marks around the word or text."""
    QUOTE_LINE = "quote_line"
    """Quotation marks around the rest of the line."""
    QUOTE_WITH_KEY_BEFORE = "quote_with_key_before"
    """Quotation marks around the value before and the key that was cut off from it."""
    SPACE = "space"
    """One more space behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    key: str
    params: Mapping[str, Param] = field(default_factory=dict)
    at_key: bool = False
    """True when the key before the value is what is wrong."""
    remedy: Remedy = Remedy.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why the parser could not go on."""

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)
    fix: Fix = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One word or text of a YAML file, before it is given a meaning."""

    text: str
    plain: bool
    """Not quoted."""
    tag: str | None
    in_flow_list: bool
    in_flow_block: bool
    lines: int
    """Lines of the file that it covers."""
    rest_of_line: str
    """What stands behind it on its line."""


def read_scalar(scalar: Scalar) -> tuple[object, Finding | None]:
    """The value, and what is wrong with how it is written."""
    if scalar.tag is not None:
        return scalar.text, Finding(key="E06.tag", params={"tag": scalar.tag})
    if not scalar.plain:
        return scalar.text, None
    value, finding = _read_plain(scalar.text)
    if value is None and re.match(r"\s*#\S", scalar.rest_of_line):
        return None, Finding(key="E04.hash_first")
    if value is None and scalar.in_flow_block:
        return None, Finding(key="E04.comma", at_key=True, remedy=Remedy.QUOTE_WITH_KEY_BEFORE)
    return value, finding or _cut_text(scalar)


def check_key(text: str, *, plain: bool) -> Finding | None:
    """What is wrong with a key, apart from its being unknown."""
    if not plain:
        return None
    if _resolved(text) == "bool":
        return Finding(key="E02", params={"key": text}, remedy=Remedy.QUOTE)
    if _resolved(text) == "null":
        return Finding(key="E04.no_key")
    return None


def explain_refusal(text: str, mark: Mark, problem: str) -> Refusal:
    """What the parser refused at `mark`."""
    lines = text.split("\n")
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    before, here = line[: mark.column - 1], line[mark.column - 1 :]
    if "\t" in line[: len(line) - len(line.lstrip())] or here.startswith("\t"):
        return Refusal(key="E01.tab")
    if "nesting depth" in problem:
        return Refusal(key="E01.brackets")
    if "mapping values are not allowed" in problem:
        if re.search(r"\S:\s", before):
            return Refusal(key="E04.colon", fix=_quoted_value(line, mark))
        return Refusal(key="E01.key_misplaced")
    if re.search(r"[\"']\s*$", before) and "expected" in problem:
        return Refusal(key="E01.behind_quotes")
    if "end of stream" in problem:
        return Refusal(key="E01.quote_open")
    if "escape" in problem:
        return Refusal(key="E01.backslash")
    if "',' or" in problem:
        return Refusal(key="E04.in_brackets", fix=_quoted_value(line, mark))
    sign = _SIGN_BEFORE_TEXT.search(before + here[:1])
    if sign:
        return Refusal(key="E04.sign", params={"sign": sign[1] or sign[2]}, fix=_quoted_value(line, mark))
    if "expected" in problem:
        return Refusal(key="E01.indent", fix=_quoted_value(line, mark))
    return Refusal(key="E01.other", params={"problem": problem or "the file ends in the middle"})


_VALUE = re.compile(
    r"(?P<before>^\s*(?:-\s+)?[a-z_]+:\s+)(?P<text>[^\s\"'].*?)\s*$"  # goal: 목표: 주문
    r"|(?P<inside>[{,]\s*(?:ko|text|mean|note|name):\s+)(?P<part>[^\"'].*?)(?=\s*\}\s*$|,\s+[a-z_]+:\s)"
)


def _quoted_value(line: str, mark: Mark) -> Fix:
    """Quotes around the unquoted text of the line in which the parser stumbled; the reader tries it out first."""
    for match in _VALUE.finditer(line.rstrip("\r")):
        group = "text" if match["text"] else "part"
        text = match[group]
        if group == "text" and re.search(r"^\{\s*[a-z_]+:", text):
            inside = _quoted_value(match["text"], mark)  # a whole block in braces: look inside
            shift = match.start("text")
            return tuple(
                Edit(Mark(mark.line, e.start.column + shift), Mark(mark.line, e.end.column + shift), e.text)
                for e in inside
            )
        start, end = match.start(group) + 1, match.end(group) + 1
        return (Edit(Mark(mark.line, start), Mark(mark.line, end), in_quotes(text)),)
    return ()


def is_text(word: str) -> bool:
    """Whether YAML takes an unquoted word for what it is."""
    return _resolved(word) == "str"


def _read_plain(text: str) -> tuple[object, Finding | None]:
    match _resolved(text):
        case "null":
            return None, None
        case "bool":
            return _read_bool(text)
        case "int":
            return _read_int(text)
        case "float":
            return _read_float(text)
        case "str":
            return text, None
        case _:
            return text, _misread(text, "something_else")


@lru_cache(maxsize=4096)
def _resolved(text: str) -> str:
    """What YAML 1.1 takes an unquoted word for: str, int, float, bool, null, timestamp …"""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag.removeprefix(_TAG)


def _read_bool(text: str) -> tuple[object, Finding | None]:
    if text in ("true", "false"):
        return text == "true", None
    return text, _misread(text, "truth")


def _read_int(text: str) -> tuple[object, Finding | None]:
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        return int(text), None
    return text, _misread(text, "number")


def _read_float(text: str) -> tuple[object, Finding | None]:
    if re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,9}", text) and repr(float(text)) == text:
        return float(text), None
    return text, _misread(text, "number")


def _misread(text: str, taken_for: str) -> Finding:
    return Finding(
        key="E06.misread",
        params={"text": text, "taken_for": phrase(f"taken_for.{taken_for}")},
        remedy=Remedy.QUOTE,
    )


def _cut_text(scalar: Scalar) -> Finding | None:
    if not _HANGUL_OR_SPACE.search(scalar.text):
        return None
    if _CUT_BY_COMMENT.match(scalar.rest_of_line):
        is_comment = scalar.rest_of_line.startswith(" # ")
        return Finding(key="E04.hash", remedy=Remedy.SPACE if is_comment else Remedy.QUOTE_LINE)
    if " - " in scalar.text and scalar.lines > 1:
        return Finding(key="E04.runs_on")
    if scalar.in_flow_list and re.search(r"\s|[.?!]$", scalar.text):
        return Finding(key="E04.in_list", remedy=Remedy.QUOTE)
    return None
