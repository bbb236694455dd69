"""What only the evaluator can tell about the Korean of a scene: levels (W05, W06), words (W09), spelling (W23)."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from kotoserver.content.checks.lines import says
from kotoserver.content.findings import Findings
from kotoserver.content.pack_schema import ScenePackSource
from kotoserver.content.scene_schema import SceneSource
from kotoserver.content.scene_values import slots_of
from kotoserver.content.tree import Path
from kotoserver.domain.langpack import fill_placeholders
from kotoserver.ports.proofreading import Proofreader, SpokenLevels

_SET_PHRASES = re.compile(r"(감사|고맙|죄송|미안|반갑|실례|환영|축하|알겠)(합니다|습니다|했습니다)[.!,~]*")
_WORD = re.compile(r"[^\s.,?!…]\S*")


def advise_on_learners_level(source: SceneSource, findings: Findings, proofreader: Proofreader) -> None:
    """W05: a model answer in the level that the scene teaches, and no example in two levels at once."""
    wanted = {source.speech.target, *source.speech.also_ok}
    for index, turn in enumerate(source.turns):
        learner: Path = ("turns", index, "learner")
        other = _other_levels(proofreader.levels(_spoken_freely(turn.learner.model.ko, wanted)), wanted)
        if other:
            found, target = other, source.speech.target
            findings.at("W05.model", (*learner, "model", "ko"), found=found, target=target)
        for intent_id, intent in turn.learner.expect.items():
            for number, example in enumerate(intent.examples):
                if proofreader.levels(example).mixed:
                    path = (*learner, "expect", intent_id, "examples", number)
                    findings.at("W05.mixed", path, sentence=example)


def advise_on_npcs_level(source: SceneSource, findings: Findings, proofreader: Proofreader) -> None:
    """W06: each NPC stays within the levels that were given to it. An interjection has none and is fine."""
    usual = next(iter(source.npcs))
    fills = _sample_fills(source)
    for path, say in says(source):
        speaker = source.npcs.get(say.by or usual)
        if not say.ko or speaker is None:
            continue
        levels = proofreader.levels(_spoken_freely(fill_placeholders(say.ko, fills), speaker.speech))
        other = _other_levels(levels, speaker.speech)
        if other:
            findings.at("W06.level", (*path, "ko"), npc=say.by or usual, found=other, allowed=speaker.speech)
        elif levels.unreadable:
            findings.at("W06.unreadable", (*path, "ko"))


def _spoken_freely(korean: str, levels: Collection[str]) -> str:
    """The text without the formal phrases that everyday polite speech is full of: 네, 감사합니다."""
    return _SET_PHRASES.sub("", korean) if "해요체" in levels else korean


def _other_levels(found: SpokenLevels, allowed: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(level.value for level in found.closes if level.value not in allowed))


def advise_on_spelling(source: SceneSource, findings: Findings, proofreader: Proofreader) -> None:
    """W23: what the evaluator would correct in a learner's sentence, in all Korean that a learner sees."""
    fills = _sample_fills(source)
    for path, korean in chain(_shown(source), _taught(source)):
        for doubt in proofreader.doubts(fill_placeholders(korean, fills)):
            findings.at("W23", path, got=doubt.got, want=doubt.want)


def advise_on_words(
    source: SceneSource,
    packs: Mapping[str, ScenePackSource],
    known: frozenset[str],
    findings: Findings,
    proofreader: Proofreader,
) -> None:
    """W09: every word of an NPC is known at this level, or explained when it is tapped, in every pack."""
    tappable = {pack: _tappable(part) for pack, part in packs.items()}
    for path, say in says(source):
        korean = re.sub(r"\{[^{}]*\}", lambda match: " " * len(match[0]), say.ko or "")
        unknown = {
            (word.start, word.end): word.lemma
            for word in proofreader.content_words(korean)
            if word.lemma not in known
        }
        for (start, _), lemma in unknown.items():
            lacking = tuple(pack for pack, entries in tappable.items() if not _covered(korean, start, entries))
            if lacking:
                findings.at("W09", (*path, "ko"), word=lemma, packs=lacking)


def _tappable(part: ScenePackSource) -> re.Pattern[str] | None:
    entries = sorted(part.words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, entries))) if entries else None


def _covered(korean: str, start: int, entries: re.Pattern[str] | None) -> bool:
    """Whether an entry begins with this word, or with an earlier one and reaches over it, as a tap finds it."""
    if entries is None:
        return False
    reached = 0
    for word in _WORD.finditer(korean):
        entry = entries.match(korean, word.start())
        reached = max(reached, entry.end() if entry else 0)
        if word.start() <= start < word.end():
            return reached > start
    return False


def _sample_fills(source: SceneSource) -> dict[str, str]:
    """Something sayable for every slot."""
    return {
        slot_id: next(iter(slot.values.values()))[0] if slot.values else "한"
        for slot_id, slot in slots_of(source).items()
    }


def _shown(source: SceneSource) -> Iterator[tuple[Path, str]]:
    """Korean that the scene shows or says."""
    for path, say in says(source):
        if say.ko:
            yield (*path, "ko"), say.ko
    for index, turn in enumerate(source.turns):
        yield ("turns", index, "goal"), turn.goal


def _taught(source: SceneSource) -> Iterator[tuple[Path, str]]:
    """Korean that a learner is to say."""
    for index, turn in enumerate(source.turns):
        learner: Path = ("turns", index, "learner")
        yield (*learner, "model", "ko"), turn.learner.model.ko
        for intent_id, intent in turn.learner.expect.items():
            for number, example in enumerate(intent.examples):
                yield (*learner, "expect", intent_id, "examples", number), example


def advise_on_korean(source: SceneSource, findings: Findings, proofreader: Proofreader) -> None:
    """Everything of this module that needs no pack."""
    advise_on_learners_level(source, findings, proofreader)
    advise_on_npcs_level(source, findings, proofreader)
    advise_on_spelling(source, findings, proofreader)
