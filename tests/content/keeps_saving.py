"""A program that saves one draft again and again until it is killed: `keeps_saving.py SCENES LANGPACKS`.

It prints the number of each save after it was acknowledged.
"""

import sys
from itertools import count
from pathlib import Path

from kotoserver.content.drafts import Folders
from kotoserver.content.saving import open_draft, save_draft

FILE = "scenes/tiny/scene.yaml"
PADDING = "# so that a save takes a while\n" * 4_000


def main(scenes: str, langpacks: str) -> None:
    folders = Folders(scenes=Path(scenes), langpacks=Path(langpacks))
    digest = open_draft(folders, FILE).digest
    for number in count(1):
        digest = save_draft(folders, FILE, f"# save {number}\n{PADDING}# the end\n", digest).digest
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
