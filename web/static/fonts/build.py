"""Makes this folder's two web fonts out of Pretendard: `python web/static/fonts/build.py FOLDER`.

FOLDER is the unpacked npm package `pretendard` (see README.md). Needs `fonttools[woff]`.
The licence reserves the name Pretendard for the unmodified fonts, so the subsets are called Koto Sans.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
NAME = "Koto Sans"
FAMILY, UNIQUE, FULL, POSTSCRIPT, TYPOGRAPHIC_FAMILY = 1, 3, 4, 6, 16

SYLLABLES = frozenset(range(0xAC00, 0xD7A4))
"""All 11,172 that Unicode composes."""

SIGNS = frozenset(
    [
        *range(0x20, 0x7F),
        *range(0xA0, 0x180),  # Latin with accents: Indonesian, English and the names of people
        *range(0x3131, 0x3164),  # jamo that stand alone: ㅋㅋ, ㅠㅠ
        *range(0x3000, 0x3015),  # brackets and stops of Korean typesetting
        *(ord(sign) for sign in "–—‘’“”„†•…‰′″‹›₩€™←↑→↓↔↗↘↺⇄−≈≠≤≥√∞■□▲△▶▷▼▽◀◆○◎●☆★♡♥♪✓✔✕✗⌘⏎⌫"),
    ]
)


def common_syllables() -> frozenset[int]:
    """The 2,350 syllables of KS X 1001, as Python's own EUC-KR table has them."""
    rows = (bytes([row, cell]) for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF))
    return frozenset(ord(pair.decode("euc_kr")) for pair in rows)


def make(source: Path, target: Path, characters: frozenset[int]) -> None:
    """Writes the part of `source` that shows `characters`, renamed, as woff2."""
    font = TTFont(source)
    options = Options(flavor="woff2", layout_features=["kern", "mark", "mkmk", "ccmp", "tnum", "case"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    rename(font)
    font.flavor = "woff2"
    font.save(target)


def rename(font: TTFont) -> None:
    for record in font["name"].names:
        if record.nameID in (FAMILY, FULL, TYPOGRAPHIC_FAMILY):
            record.string = NAME
        elif record.nameID in (UNIQUE, POSTSCRIPT):
            record.string = NAME.replace(" ", "")


def main(package: Path) -> None:
    fonts = package / "dist" / "public"
    common = common_syllables()
    make(fonts / "variable" / "PretendardVariable.ttf", HERE / "koto-sans.woff2", common | SIGNS)
    rare = SYLLABLES - common
    make(fonts / "static/alternative/Pretendard-Regular.ttf", HERE / "koto-sans-rare.woff2", rare)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
