"""The way through a scene: links lead somewhere, no turn is a trap, and the end can be reached (E09-E12, E15)."""

from collections.abc import Mapping

from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import RuleSource, SceneSource, TurnSource
from kotoserver.domain.scene import AGAIN, FINISH


def check_flow(source: SceneSource, findings: Findings) -> None:
    _check_links(source, findings)
    for index, turn in enumerate(source.turns):
        _check_last_rule(index, turn, findings)
        _check_way_out(index, turn, source.retry.max_tries, findings)
    _check_reach(source, findings)
    _check_endings(source, findings)


def always_leaves(rule: RuleSource, max_tries: int) -> bool:
    """True for a rule that is taken at the last try at the latest, whatever was said, and leads on."""
    if rule.go == AGAIN:
        return False
    if rule.when is None:
        return True
    patience = rule.when.tries_at_least
    return patience is not None and patience <= max_tries and rule.when.model_fields_set == {"tries_at_least"}


def _check_links(source: SceneSource, findings: Findings) -> None:
    turns = {turn.id for turn in source.turns}
    if source.start not in turns:
        findings.at("E09.start", ("start",), start=source.start)
    for index, turn in enumerate(source.turns):
        for number, rule in enumerate(turn.then):
            if rule.go not in turns | {AGAIN, FINISH}:
                path = ("turns", index, "then", number, "go")
                findings.at("E09.go", path, go=rule.go)
    if source.limits.ending not in {ending.id for ending in source.endings}:
        findings.at("E09.ending", ("limits", "ending"), ending=source.limits.ending)


def _check_last_rule(index: int, turn: TurnSource, findings: Findings) -> None:
    *before, last = turn.then
    if last.when is not None:
        findings.at_key("E10.missing", ("turns", index, "then"), turn=turn.id)
    for number, rule in enumerate(before):
        if rule.when is None:
            path = ("turns", index, "then", number, "when")
            findings.at("E10.not_last", path)


def _check_way_out(index: int, turn: TurnSource, max_tries: int, findings: Findings) -> None:
    if any(always_leaves(rule, max_tries) for rule in turn.then):
        return
    findings.at_key("E11", ("turns", index, "then"), turn=turn.id, tries=max_tries)


def _check_reach(source: SceneSource, findings: Findings) -> None:
    links = _links(source)
    if source.start not in links:
        return
    reachable = reachable_turns(source)
    if FINISH not in reachable:
        findings.at("E12.no_way", ("start",))
        return
    back: dict[str, set[str]] = {}
    for turn_id, targets in links.items():
        for target in targets:
            back.setdefault(target, set()).add(turn_id)
    finishing = _reachable_from(FINISH, back)
    for index, turn in enumerate(source.turns):
        if turn.id in reachable and turn.id not in finishing:
            findings.at("E12.dead_end", ("turns", index, "id"), turn=turn.id)


def reachable_turns(source: SceneSource) -> set[str]:
    """Turns that some way from the start leads to, and `finish` if one does."""
    return _reachable_from(source.start, _links(source))


def _links(source: SceneSource) -> dict[str, set[str]]:
    return {turn.id: {rule.go for rule in turn.then} - {AGAIN} for turn in source.turns}


def _reachable_from(start: str, links: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        turn = waiting.pop()
        if turn not in found:
            found.add(turn)
            waiting += links.get(turn, ())
    return found


def _check_endings(source: SceneSource, findings: Findings) -> None:
    *before, last = source.endings
    if last.when is not None:
        findings.at_key("E15.missing", ("endings",))
    for index, ending in enumerate(before):
        if ending.when is None:
            path = ("endings", index, "when")
            findings.at("E15.not_last", path)
