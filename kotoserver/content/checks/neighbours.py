"""What a scene has in common with the others: grammar that can be reviewed elsewhere (W22)."""

from collections.abc import Collection

from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import SceneSource


def advise_on_grammar(source: SceneSource, elsewhere: Collection[str] | None, findings: Findings) -> None:
    """`elsewhere` holds the points that other published scenes credit; None when there is no other scene."""
    if elsewhere is None:
        return
    told: set[str] = set()
    for index, turn in enumerate(source.turns):
        for number, point in enumerate(turn.learner.grammar):
            if point not in elsewhere and point not in told:
                told.add(point)
                findings.at("W22", ("turns", index, "learner", "grammar", number), point=point)
