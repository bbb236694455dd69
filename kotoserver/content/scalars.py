"""Text as YAML: plain where that is safe to read back, in quotation marks where it is not."""

import re

from kotoserver.content import traps
from kotoserver.content.tree import in_quotes

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^#]*")
_CUTS = re.compile(r":(\s|$)|\s#|\s$")


def as_scalar(text: str, *, flow: bool = False) -> str:
    """The text as a scalar of one line; `flow` inside braces or brackets, where a comma would cut it."""
    text = " ".join(text.split())
    is_plain = _PLAIN.fullmatch(text) and not _CUTS.search(text) and not (flow and re.search(r"[,\[\]{}]", text))
    return text if is_plain and traps.is_text(text) else in_quotes(text)
