"""Names that must be in `scenes/catalog/` (E20)."""

from collections.abc import Collection

from kotoserver.content.catalogs import Catalogs
from kotoserver.content.checks.lines import says
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import CueSource, SceneSource
from kotoserver.content.sentences import phrase
from kotoserver.content.tree import Path


def check_catalog_names(source: SceneSource, catalogs: Catalogs, findings: Findings) -> None:
    def known(path: Path, kind: str, name: str | None, names: Collection[str], file: str) -> None:
        if name is not None and name not in names:
            findings.at("E20.not_listed", path, kind=phrase(f"kind.{kind}"), name=name, file=file)

    def known_cue(path: Path, cue: CueSource | None) -> None:
        if cue is not None:
            known((*path, "emotion"), "emotion", cue.emotion, cues.emotions, "cues.yaml")
            known((*path, "anim"), "animation", cue.anim, cues.anims, "cues.yaml")
            known((*path, "prop"), "prop", cue.prop, cues.props, "cues.yaml")

    cues = catalogs.cues
    known(("stage", "background"), "background", source.stage.background, cues.backgrounds, "cues.yaml")
    known(("stage", "camera"), "camera", source.stage.camera, cues.cameras, "cues.yaml")
    known(("stage", "music"), "music", source.stage.music, cues.music, "cues.yaml")
    for npc_id, npc in source.npcs.items():
        known(("npcs", npc_id, "voice"), "voice", npc.voice, catalogs.voices.voices, "voices.yaml")
    for number, intent in enumerate(source.common):
        known(("common", number), "common_intent", intent, catalogs.common.intents, "common_intents.yaml")
    for index, turn in enumerate(source.turns):
        for number, point in enumerate(turn.learner.grammar):
            place: Path = ("turns", index, "learner", "grammar", number)
            known(place, "grammar_point", point, catalogs.grammar.points, "grammar.yaml")
    for path, say in says(source):
        known_cue((*path, "cue"), say.cue)
