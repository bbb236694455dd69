"""The traps of YAML that authors really fall into, each recognised where it happens.

`on:` becomes true, `010` becomes eight, `10:30` becomes 630, a comma or ` #` cuts a sentence: the parser
is content and the learner sees half a line. YAML 1.1's own resolver says what a plain word would become;
everything that would change what the author wrote is a finding.
"""

import re
from dataclasses import dataclass

import yaml
from yaml.resolver import Resolver

from kotoserver.content.diagnostics import Mark

_RESOLVER = Resolver()
_TAG = "tag:yaml.org,2002:"
_HANGUL_OR_SPACE = re.compile(r"[ㄱ-ㆎ가-힣\s]")
_CUT_BY_COMMENT = re.compile(r" #(?! ok: W\d\d)")
"""One space before `#` is how text is cut by accident; a comment stands two spaces away."""
_SIGN_BEFORE_TEXT = re.compile(
    r"(?:^\s*(?:-\s+)*|[:,]\s+|[\[{]\s*)([{\[\]}!&*|>%@`?,])[^:]*$|:\s+(-)(?:\s[^:]*)?$"
)
"""A sign that means something to YAML where a text begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    code: str
    sentence: str
    at_key: bool = False
    """True when the key before the value is what is wrong."""


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
        return scalar.text, Finding(code="E06", sentence=f"The tag {scalar.tag} is not used here; delete it.")
    if not scalar.plain:
        return scalar.text, None
    value, finding = _read_plain(scalar.text)
    if value is None and re.match(r"\s*#\S", scalar.rest_of_line):
        return None, Finding(code="E04", sentence="YAML takes text that begins with `#` for a comment; quote it.")
    if value is None and scalar.in_flow_block:
        sentence = "A key without a value: put quotes around text that has a comma or `{` in it."
        return None, Finding(code="E04", sentence=sentence, at_key=True)
    return value, finding or _cut_text(scalar)


def check_key(text: str, *, plain: bool) -> Finding | None:
    """What is wrong with a key, apart from its being unknown."""
    if not plain:
        return None
    if _resolved(text) == "bool":
        return Finding(code="E02", sentence=f"YAML reads the key `{text}` as true or false; put quotes around it.")
    if _resolved(text) == "null":
        return Finding(code="E04", sentence="A value without a key; put quotes around text that YAML cuts.")
    return None


def explain_refusal(text: str, mark: Mark, problem: str) -> tuple[str, str]:
    """Code and sentence for what the parser refused at `mark`."""
    lines = text.split("\n")
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    before, here = line[: mark.column - 1], line[mark.column - 1 :]
    if "\t" in line[: len(line) - len(line.lstrip())] or here.startswith("\t"):
        return "E01", "A tab indents this line; YAML wants spaces."
    if "nesting depth" in problem:
        return "E01", "Nested far too deep; is a bracket opened again and again?"
    if "mapping values are not allowed" in problem:
        return _colon_in_text(before)
    if re.search(r"[\"']\s*$", before) and "expected" in problem:
        return "E01", "Text follows a closing quotation mark; put all of it inside one pair of quotes."
    if "end of stream" in problem:
        return "E01", "A quotation mark is opened and never closed."
    if "escape" in problem:
        return "E01", "A backslash means something inside double quotes; take single quotes."
    if "',' or" in problem:
        return "E04", "Text inside `{ }` or `[ ]` that YAML would cut; put quotes around it, or close the bracket."
    sign = _SIGN_BEFORE_TEXT.search(before + here[:1])
    if sign:
        return "E04", f"Unquoted text cannot begin with `{sign[1] or sign[2]}`; put quotes around it."
    if "expected" in problem:
        return "E01", "This line is not indented like the ones before it."
    return "E01", f"YAML cannot be read here: {problem or 'the file ends in the middle'}."


def _colon_in_text(before: str) -> tuple[str, str]:
    if re.search(r"\S:\s", before):
        return "E04", "Unquoted text with `: ` in it; put quotes around the whole text."
    return "E01", "A key stands where none can be: look at how this line and the one before it are indented."


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
            return text, _misread(text, "something else")


def _resolved(text: str) -> str:
    """What YAML 1.1 takes an unquoted word for: str, int, float, bool, null, timestamp …"""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag.removeprefix(_TAG)


def _read_bool(text: str) -> tuple[object, Finding | None]:
    if text in ("true", "false"):
        return text == "true", None
    return text, _misread(text, "true or false")


def _read_int(text: str) -> tuple[object, Finding | None]:
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        return int(text), None
    return text, _misread(text, "another number")


def _read_float(text: str) -> tuple[object, Finding | None]:
    if re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,9}", text) and repr(float(text)) == text:
        return float(text), None
    return text, _misread(text, "another number")


def _misread(text: str, taken_for: str) -> Finding:
    sentence = f"YAML reads `{text}` as {taken_for}; put quotes around it, or write the number plainly."
    return Finding(code="E06", sentence=sentence)


def _cut_text(scalar: Scalar) -> Finding | None:
    if not _HANGUL_OR_SPACE.search(scalar.text):
        return None
    if _CUT_BY_COMMENT.match(scalar.rest_of_line):
        sentence = "YAML cuts this text at ` #`; put quotes around it, or two spaces before a comment."
        return Finding(code="E04", sentence=sentence)
    if " - " in scalar.text and scalar.lines > 1:
        return Finding(code="E04", sentence="This text runs on into the next line; is that indented as it should?")
    if scalar.in_flow_list and re.search(r"\s|[.?!]$", scalar.text):
        return Finding(code="E04", sentence="A sentence inside `[ ]` needs quotes, or a comma in it will cut it.")
    return None
