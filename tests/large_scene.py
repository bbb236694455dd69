"""A scene of sixty turns and more than six hundred texts: the café, said over and over under other ids."""

import re
from pathlib import Path

_ID = re.compile(r"\b([LH])(\d{3})\b")
_ENTRY = re.compile(r"^  ([LH]\d{3}|[a-z_]+): ")
COPIES = 7
"""Of the café's nine turns."""


def swell_cafe(folder: Path) -> None:
    """Makes the café under `folder` large: its scene, and its file in every pack."""
    scene = folder / "scenes" / "cafe" / "scene.yaml"
    text = scene.read_text("utf-8")
    turns = re.findall(r"^  - id: (\w+)$", text, re.MULTILINE)
    head, body = text.split("turns:\n", 1)
    body, endings = body.split("\nendings:\n", 1)
    copies = "".join(_copied(body, turns, number) for number in range(COPIES))
    scene.write_text(f"{head}turns:\n{copies}\nendings:\n{endings}", "utf-8")
    for pack in sorted((folder / "langpacks").glob("*/scenes/cafe.yaml")):
        pack.write_text(_swelled(pack.read_text("utf-8"), turns), "utf-8")


def _copied(text: str, turns: list[str], number: int) -> str:
    if number == 0:
        return text + "\n"
    text = _ID.sub(lambda match: f"{match[1]}{number}{match[2]}", text)
    ids = "|".join(turns)
    return re.sub(rf"(  - id: |go: )({ids})$", rf"\g<1>\g<2>_{number}", text, flags=re.MULTILINE) + "\n"


def _swelled(text: str, turns: list[str]) -> str:
    table, lines = "", []
    for line in text.split("\n"):
        if re.match(r"[a-z_]+:", line):
            table = line.split(":", 1)[0]
        lines.append(line)
        entry = _ENTRY.match(line)
        if entry and (table in ("lines", "hints", "notes") or (table == "goals" and entry[1] in turns)):
            lines += [_renamed(line, entry[1], number) for number in range(1, COPIES)]
    return "\n".join(lines)


def _renamed(line: str, key: str, number: int) -> str:
    new = f"{key[0]}{number}{key[1:]}" if _ID.fullmatch(key) else f"{key}_{number}"
    return line.replace(f"  {key}:", f"  {new}:", 1)
