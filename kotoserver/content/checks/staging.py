"""What is seen and heard with a line: cues (W18) and recordings of a speaker (W15, W16)."""

from collections.abc import Mapping

from kotoserver.content.catalogs import Catalogs
from kotoserver.content.checks.lines import says
from kotoserver.content.findings import Findings
from kotoserver.content.locks import digest_of
from kotoserver.content.scene_schema import CueSource, SaySource, SceneSource, TurnSource
from kotoserver.content.tree import Path
from kotoserver.domain.langpack import placeholders

Recordings = Mapping[str, str | None]
"""Line -> digest of the words it was recorded with; None for a recording that nobody has accepted yet."""


def advise_on_cues(source: SceneSource, findings: Findings) -> None:
    written = {say.id: say for _, say in says(source) if say.id}
    for index, turn in enumerate(source.turns):
        _advise_on_repeats(index, turn, written, findings)
        for number, rule in enumerate(turn.then):
            if rule.say and rule.say.ko and rule.say.cue is None:
                findings.at("W18.none", ("turns", index, "then", number, "say"))


def _advise_on_repeats(index: int, turn: TurnSource, written: Mapping[str, SaySource], findings: Findings) -> None:
    """A cue without an animation shows a state; the same state again shows nothing."""
    before: CueSource | None = None
    for number, line in enumerate(turn.npc):
        cue = _cue(line, written)
        if _shows_nothing(cue, before):
            findings.at("W18.repeats", _cue_place(("turns", index, "npc", number), line))
        before = cue or before
    for number, rule in enumerate(turn.then):
        if rule.say and _shows_nothing(_cue(rule.say, written), before):
            findings.at("W18.repeats", _cue_place(("turns", index, "then", number, "say"), rule.say))


def _cue_place(path: Path, say: SaySource) -> Path:
    return (*path, "cue") if say.cue else path


def _cue(say: SaySource, written: Mapping[str, SaySource]) -> CueSource | None:
    if say.cue or not say.use:
        return say.cue
    return written[say.use].cue if say.use in written else None


def _shows_nothing(cue: CueSource | None, before: CueSource | None) -> bool:
    return cue is not None and cue.anim is None and cue == before


def advise_on_recordings(
    source: SceneSource, catalogs: Catalogs, recordings: Recordings, findings: Findings
) -> None:
    usual = next(iter(source.npcs))
    for path, say in says(source):
        speaker = source.npcs.get(say.by or usual)
        voice = catalogs.voices.voices.get(speaker.voice) if speaker else None
        if voice is None or not voice.recorded or not say.id or not say.ko:
            continue
        place = (*path, "ko")
        if placeholders(say.ko):
            findings.at("W16", place, id=say.id)
        elif say.id not in recordings:
            findings.at("W15.none", place, id=say.id)
        elif recordings[say.id] not in (None, digest_of(say.ko)):
            findings.at("W15.older", place, id=say.id)
        elif recordings[say.id] is None:
            findings.at("W15.unheard", place, id=say.id)
