"""Numbers that must add up (E16) and sentences that mean two things at once (E23)."""

import re

from kotoserver.content.catalogs import Catalogs
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import SceneSource, TurnSource


def check_scoring(source: SceneSource, findings: Findings) -> None:
    scoring = source.scoring
    total = scoring.task + scoring.language + scoring.speech_level + scoring.delivery
    if total != 100:
        findings.at_key("E16.weights", ("scoring",), total=total)
    if not 0 <= scoring.passing <= 100:
        findings.at("E16.pass", ("scoring", "pass"))


def check_examples(source: SceneSource, catalogs: Catalogs, findings: Findings) -> None:
    for index, turn in enumerate(source.turns):
        _check_turn(index, turn, _common_examples(source, turn, catalogs), findings)


def _common_examples(source: SceneSource, turn: TurnSource, catalogs: Catalogs) -> dict[str, str]:
    """Utterance -> repair move, for the moves that the turn does not define anew."""
    moves = catalogs.common.intents
    return {
        _bare(example): intent_id
        for intent_id in source.common
        if intent_id in moves and intent_id not in turn.learner.expect
        for example in moves[intent_id].examples_for(source.speech.target)
    }


def _check_turn(index: int, turn: TurnSource, seen: dict[str, str], findings: Findings) -> None:
    for intent_id, intent in turn.learner.expect.items():
        for number, example in enumerate(intent.examples):
            other = seen.setdefault(_bare(example), intent_id)
            if other != intent_id:
                path = ("turns", index, "learner", "expect", intent_id, "examples", number)
                findings.at("E23", path, example=example, intent=other)


def _bare(example: str) -> str:
    """The utterance without what makes no difference to an ear."""
    return re.sub(r"[\s.,!?~…]", "", example)
