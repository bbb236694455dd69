"""Packs are complete (E19) and their placeholders are those of the Korean (E18)."""

from collections.abc import Collection, Mapping, Sequence

from kotoserver.content.catalogs import Catalogs
from kotoserver.content.checks.placeholders import malformed
from kotoserver.content.findings import Findings
from kotoserver.content.pack_schema import PackSource, ScenePackSource
from kotoserver.content.sentences import phrase
from kotoserver.content.tree import Path
from kotoserver.domain.evaluation import Verdict
from kotoserver.domain.langpack import placeholders
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import Scene, SlotKind

Parts = Sequence[tuple[ScenePackSource, Findings]]

ALWAYS_SUPPLIED = frozenset({"goal"})
"""What a feedback sentence may use whatever its code: the goal of the turn in the learner's language."""
WITH_A_SLOT = frozenset({"question"})
"""What it may use besides when the code names a slot: the question that asks for it."""

NOT_HEARD = ("unheard", "unsure")
"""What a learner is told whose recording was not understood."""


def check_pack(
    source: PackSource, findings: Findings, parts: Parts, catalogs: Catalogs, scenes: Mapping[str, Scene | None]
) -> None:
    """Adds whatever is missing in a pack that `scenes` (those that name it under `packs`) need.

    A scene that is there but does not compile is None: nothing can be said about its translation.
    """
    playable = {scene_id: scene for scene_id, scene in scenes.items() if scene is not None}
    _check_main_tables(source, findings, catalogs)
    _check_grammar(source, findings, playable)
    _check_feedback(source, findings, catalogs)
    translated = {part.scene for part, _ in parts}
    for scene_id, scene in playable.items():
        if source.id in scene.packs and scene_id not in translated:
            findings.at("E19.no_scene_file", (), scene=scene_id)
    for part, place in parts:
        if part.pack != source.id:
            place.at("E06.other_pack", ("pack",), pack=source.id, written=part.pack)
        if part.scene in playable:
            _check_scene_part(part, place, playable[part.scene])
        elif part.scene not in scenes:
            place.at("W13.scene", ("scene",), scene=part.scene)


def _require(
    wanted: Collection[str], table: Mapping[str, object], path: Path, what: str, findings: Findings
) -> None:
    missing = [f"`{key}`" for key in wanted if key not in table]
    if missing:
        findings.at_key("E19.missing", path, what=phrase(f"what.{what}"), missing=tuple(missing))


def _check_main_tables(source: PackSource, findings: Findings, catalogs: Catalogs) -> None:
    _require(catalogs.ui.keys, source.ui, ("ui",), "string", findings)
    _require(
        [*(verdict.value for verdict in Verdict), *NOT_HEARD],
        source.feedback_summary,
        ("feedback_summary",),
        "sentence",
        findings,
    )
    levels = [level.value for level in SpeechLevel if level is not SpeechLevel.NONE]
    _require(levels, source.speech_levels, ("speech_levels",), "speech_level", findings)
    _require(catalogs.feedback.labels, source.labels, ("labels",), "label", findings)
    moves = catalogs.common.intents.values()
    common_lines = [intent.say.id for intent in moves]
    common_lines += [intent.casual.say.id for intent in moves if intent.casual]
    _require(common_lines, source.common, ("common",), "meaning", findings)


def _check_grammar(source: PackSource, findings: Findings, scenes: Mapping[str, Scene]) -> None:
    credited = {
        point: None
        for scene in scenes.values()
        if source.id in scene.packs
        for turn in scene.turns
        for point in turn.grammar
    }
    _require(list(credited), source.grammar, ("grammar",), "explanation", findings)


def _check_feedback(source: PackSource, findings: Findings, catalogs: Catalogs) -> None:
    codes = catalogs.feedback.codes
    _require(codes, source.feedback, ("feedback",), "sentence", findings)
    for code, template in source.feedback.items():
        path: Path = ("feedback", code)
        if code not in codes:
            findings.at_key("W13.code", path, code=code)
            continue
        supplied = ALWAYS_SUPPLIED | set(codes[code]) | (WITH_A_SLOT if "slot" in codes[code] else set())
        for name in sorted(placeholders(template) - supplied):
            findings.at("E18.not_supplied", path, name=f"{{{name}}}", supplied=tuple(sorted(supplied)))
        if malformed(template):
            findings.at("E18.brace", path)


def _check_scene_part(part: ScenePackSource, findings: Findings, scene: Scene) -> None:
    korean = {line.id: line.ko for line in scene.lines() if not line.id.startswith("C")}
    korean |= {turn.model.id: turn.model.ko for turn in scene.turns}
    hints = [hint.id for turn in scene.turns for hint in turn.hints]
    turns = [turn.id for turn in scene.turns]
    _require_exactly(turns, part.goals, "goals", "goal", findings)
    _require_exactly(korean, part.lines, "lines", "meaning", findings)
    _require_exactly(hints, part.hints, "hints", "hint", findings)
    _require_exactly(scene.slots, part.slot_names, "slot_names", "slot_name", findings)
    _require_exactly(scene.slots, part.slot_questions, "slot_questions", "slot_question", findings)
    _check_slot_values(part, findings, scene)
    for line_id, meaning in part.lines.items():
        if line_id in korean and placeholders(meaning) != placeholders(korean[line_id]):
            findings.at("E18.differ", ("lines", line_id), korean=korean[line_id])
        elif malformed(meaning):
            findings.at("E18.brace", ("lines", line_id))
        if meaning == korean.get(line_id):
            findings.at("W12.korean", ("lines", line_id))
    for line_id in part.notes:
        if line_id not in korean:
            findings.at_key("W13.gone", ("notes", line_id), id=line_id)


def _require_exactly(
    wanted: Collection[str], table: Mapping[str, object], name: str, what: str, findings: Findings
) -> None:
    _require(wanted, table, (name,), what, findings)
    for key in table:
        if key not in wanted:
            findings.at_key("W13.gone", (name, key), id=key)


def _check_slot_values(part: ScenePackSource, findings: Findings, scene: Scene) -> None:
    for slot in scene.slots.values():
        if slot.kind is SlotKind.NATIVE_NUMBER:
            continue
        words = part.slots.get(slot.id, {})
        _require(slot.values, words, ("slots", slot.id), "slot_value", findings)
