"""`# ok: W07` silences what it names; a name that it cannot silence hides nothing and misleads (W26)."""

import re

from kotoserver.content.diagnostics import Mark
from kotoserver.content.findings import Findings, silenced_codes
from kotoserver.content.sentences import catalogue

_SILENCE = re.compile(r"(?<=\s)# ok:")


def check_silence(findings: Findings) -> None:
    for number, line in enumerate(findings.document.lines):
        match = _SILENCE.search(line) if "# ok:" in line else None
        if match is None:
            continue
        mark = Mark(number + 1, match.start() + 1)
        codes = silenced_codes(line)
        if not codes:
            findings.on("W26.nothing", mark)
        for code in codes:
            if code.startswith("E"):
                findings.on("W26.error", mark, code=code)
            elif code not in _codes():
                findings.on("W26.unknown", mark, code=code)


def _codes() -> frozenset[str]:
    return frozenset(key.split(".")[0] for key in catalogue())
