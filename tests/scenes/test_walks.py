"""Whatever learners say and however it is judged, a published scene goes on sensibly to an end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.content.library import open_library
from kotoserver.domain.evaluation import Evaluation, Verdict
from kotoserver.domain.langpack import fill_placeholders, placeholders
from kotoserver.domain.levels import SpeechFit
from kotoserver.domain.scene import AGAIN, Scene, SlotKind, Turn
from kotoserver.domain.session import Progress, SaidLine, SessionState, advance, begin, slot_values
from tests.small_scene import said

ROOT = Path(__file__).parents[2]
LIBRARY = open_library(ROOT / "scenes", ROOT / "langpacks")
SCENES = [LIBRARY.scene(scene_id) for scene_id in sorted(LIBRARY.scene_ids())]
TURNS = [pytest.param(scene, turn, id=f"{scene.id}-{turn.id}") for scene in SCENES for turn in scene.turns]


@st.composite
def judged(draw: st.DrawFn, scene: Scene, turn: Turn) -> Evaluation:
    """Any evaluation that a judge might give in this turn."""
    intents = [None, *(intent.id for intent in turn.intents), *(common.id for common in scene.common)]
    slots = {}
    for slot in draw(
        st.lists(st.sampled_from(list(scene.slots.values())), unique_by=lambda each: each.id, max_size=3)
    ):
        values = list(range(1, 10)) if slot.kind is SlotKind.NATIVE_NUMBER else list(slot.values)
        slots[slot.id] = draw(st.sampled_from(values))
    return said(
        intent=draw(st.sampled_from(intents)),
        score=draw(st.sampled_from([0, 40, 55, 87, 96, 100])),
        slots=slots,
        speech=draw(st.sampled_from(SpeechFit)),
        verdict=draw(st.sampled_from(Verdict)),
    )


def assert_speakable(line: SaidLine, progress: Progress, scene: Scene) -> None:
    assert line.ko
    assert not placeholders(line.ko), line.ko
    for pack_id in scene.packs:
        pack = LIBRARY.pack(pack_id)
        part = pack.scenes[scene.id]
        meaning = part.lines.get(line.line.id) or pack.common[line.line.id]
        held = slot_values(scene, progress)
        labels = {slot: str(part.slots.get(slot, {}).get(str(value), value)) for slot, value in held.items()}
        assert not placeholders(fill_placeholders(meaning, labels)), meaning


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
@given(data=st.data())
def test_every_way_through_a_scene_ends_and_every_line_can_be_said(scene: Scene, data: st.DataObject):
    step = begin(scene)
    for utterance in range(scene.limits.learner_turns):
        progress = step.progress
        step = advance(progress, scene, data.draw(judged(scene, scene.turn(progress.turn))))
        for line in step.said:
            assert_speakable(line, step.progress, scene)
        assert step.progress.learner_turns == utterance + 1
        assert 0 <= step.progress.score <= 100
        assert step.go != AGAIN or step.said or step.hint, "the learner hears nothing"
        if step.progress.state is SessionState.FINISHED:
            break

    assert step.progress.state is SessionState.FINISHED
    assert step.progress.ending in {ending.id for ending in scene.endings}


@pytest.mark.parametrize(("scene", "turn"), TURNS)
def test_nobody_is_kept_in_a_turn_for_more_than_three_tries(scene: Scene, turn: Turn):
    progress = Progress(turn=turn.id)
    for _ in range(scene.retry.max_tries):
        step = advance(progress, scene, said(intent=None, score=0, verdict=Verdict.RETRY))
        progress = step.progress
        if step.go != AGAIN:
            break

    assert progress.turn != turn.id or progress.state is SessionState.FINISHED
