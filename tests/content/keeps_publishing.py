"""A program that publishes one scene again and again until it is killed: `keeps_publishing.py SCENES LANGPACKS`.

It prints the version after each publish was acknowledged.
"""

import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from kotoserver.content.publishing import Publication, publish_scene


def main(scenes: str, langpacks: str) -> None:
    publication = Publication(at=datetime(2026, 11, 28, tzinfo=UTC), by="minji", name="again")
    for _ in count(1):
        revision = publish_scene(Path(scenes), Path(langpacks), "tiny", publication)
        sys.stdout.write(f"{revision.version}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
