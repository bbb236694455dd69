"""Playing a draft from any turn, with reasons; its graph; and a way kept as rows of the tests."""

from dataclasses import replace
from pathlib import Path

import pytest

from kotoserver.content.compiler import CompilationResult
from kotoserver.content.condition_words import found_words
from kotoserver.content.desk import lint, run_trials
from kotoserver.content.drafts import Folders, compile_folders
from kotoserver.content.graph import SceneGraph, draw_graph
from kotoserver.content.keeping import keep_as_test
from kotoserver.content.positions import read_layout
from kotoserver.content.rehearsal import HINT_ASKED, Beginning, Cause, Rehearsal, Way, rehearse
from kotoserver.content.saving import open_draft
from kotoserver.content.sentences import told
from kotoserver.content.trials import tried_by_rows
from kotoserver.domain.errors import BadInput, Conflict, NotFound
from kotoserver.domain.evaluation import expectation_of
from kotoserver.domain.scene import Scene
from kotoserver.domain.session import advance, begin
from tests.content.conftest import Workshop
from tests.content.test_trials import HERE, listen

FILE = "scenes/tiny/tests.yaml"
REPAIR = "다시 한번 말씀해 주시겠어요?"
TESTS = (HERE / "tiny_tests.yaml").read_text("utf-8")


@pytest.fixture
def tiny(workshop: Workshop) -> Workshop:
    """The smallest scene with its tests."""
    folder = workshop.scenes / "tiny"
    folder.mkdir()
    for name in ("scene", "tests"):
        (folder / f"{name}.yaml").write_text((HERE / f"tiny_{name}.yaml").read_text("utf-8"), "utf-8")
    return workshop


def folders_of(tiny: Workshop) -> Folders:
    return Folders(scenes=tiny.scenes, langpacks=tiny.packs)


def compiled(tiny: Workshop) -> CompilationResult:
    return compile_folders(folders_of(tiny), "tiny").scenes["tiny"]


def scene_of(tiny: Workshop) -> Scene:
    scene = compiled(tiny).scene
    assert scene is not None
    return scene


def played(tiny: Workshop, *acts: str, **beginning: object) -> Rehearsal:
    return rehearse(scene_of(tiny), Way(beginning=Beginning(**beginning), acts=acts), listen)  # type: ignore[arg-type]


def graph_of(tiny: Workshop) -> SceneGraph:
    result = compiled(tiny)
    assert result.source is not None
    assert result.document is not None
    tests = (tiny.scenes / "tiny" / "tests.yaml").read_bytes()
    folders = folders_of(tiny)
    tried = tried_by_rows(result.scene, tests, FILE, listen, folders.memory) if result.scene else None
    return draw_graph(result.source, result.document, tried)


def wrong_in(tiny: Workshop, codes: str) -> list[str]:
    """Findings whose code begins so."""
    found = run_trials(tiny.scenes, tiny.packs, "tiny", listen)
    return [str(each) for each in found if each.code.startswith(codes)]


# ── a way ────────────────────────────────────────────────────────────────────────────────────


def test_a_way_is_what_a_session_would_have_been(tiny: Workshop):
    scene = scene_of(tiny)
    said = ["몰라요", "커피 줘"]
    progress = begin(scene).progress
    for text in said:
        progress = advance(progress, scene, listen(text, expectation_of(scene, progress.turn))).progress
    assert rehearse(scene, Way(acts=said), listen).ends_at == progress


def test_each_rule_says_what_it_asked_for_and_what_was_there(tiny: Workshop):
    (step,) = played(tiny, "커피 줘", tries=1).steps
    words = [[(told(found_words(part), "en"), part.holds) for part in rule] for rule in step.rules]
    assert (step.cause, step.rule) == (Cause.RULE, 1)
    assert words[0] == [
        ("it was taken for order_drink", True),
        ("the speech was too_casual", True),
        ("this was try 2", False),
    ]
    assert words[1] == [("drink is coffee", True)]
    assert words[3] == []


def test_a_way_may_begin_with_slots_that_were_filled_before(tiny: Workshop):
    (step,) = played(tiny, "몰라요", slots={"drink": "tea"}).steps
    assert step.rule == 1
    assert step.step.said[0].ko == "네, 녹차요."


def test_a_learner_may_ask_for_hints_on_the_way(tiny: Workshop):
    rehearsal = rehearse(scene_of(tiny), Way(acts=[HINT_ASKED, HINT_ASKED, "커피 주세요"]), listen)
    hints = [step.step.hint.kind.value for step in rehearsal.steps if step.step.hint]
    assert hints == ["think", "answer"]
    assert rehearsal.ends_at.ending == "good"


def test_a_repair_move_is_told_from_a_rule(tiny: Workshop):
    (step,) = played(tiny, REPAIR).steps
    assert (step.cause, step.rule) == (Cause.REPAIR, None)


def test_the_limit_of_a_scene_is_told_from_a_rule(tiny: Workshop):
    *_, last = played(tiny, *[REPAIR] * 8).steps
    assert (last.cause, last.step.progress.ending, last.endings) == (Cause.LIMIT, "practice", ())


def test_an_again_at_the_last_try_leads_on(tiny: Workshop):
    tiny.edit("scenes/tiny/scene.yaml", "{ tries_at_least: 2 }", "{ intent: order_drink, tries_at_least: 2 }")
    scene = compiled(tiny).scene
    assert scene is None, "a turn that nobody leaves is an error"
    tiny.edit("scenes/tiny/scene.yaml", "{ intent: order_drink, tries_at_least: 2 }", "{ tries_at_least: 2 }")
    first = scene_of(tiny)
    turn = replace(first.turns[0], rules=(first.turns[0].rules[-1],))
    (step,) = rehearse(
        replace(first, turns=(turn,)), Way(beginning=Beginning(tries=1), acts=["몰라요"]), listen
    ).steps
    assert (step.cause, step.rule, step.step.go) == (Cause.TRIES_USED, 0, "finish")


def test_endings_tell_why_they_were_not_deserved(tiny: Workshop):
    *_, last = played(tiny, "몰라요", "몰라요").steps
    words = [[(told(found_words(part), "en"), part.holds) for part in ending] for ending in last.endings]
    assert words == [[("the score was 0", False)], []]


def test_what_comes_after_the_end_is_left(tiny: Workshop):
    rehearsal = played(tiny, "커피 주세요", "녹차 주세요")
    assert (len(rehearsal.steps), rehearsal.left) == (1, 1)


@pytest.mark.parametrize("slots", [{"cake": "big"}, {"drink": "cola"}])
def test_a_slot_is_filled_only_with_what_it_can_hold(tiny: Workshop, slots: dict[str, str]):
    with pytest.raises(BadInput) as refused:
        played(tiny, slots=slots)
    assert refused.value.code == "no_such_slot"


def test_a_way_begins_in_a_turn_that_is_there(tiny: Workshop):
    with pytest.raises(NotFound) as refused:
        played(tiny, turn="pay")
    assert refused.value.code == "no_such_turn"


def test_a_score_is_that_of_the_turns_on_the_way_here(workshop: Workshop):
    cafe = compile_folders(folders_of(workshop), "cafe").scenes["cafe"].scene
    assert cafe is not None
    begun = rehearse(cafe, Way(beginning=Beginning(turn="pay", score=40)), listen).ends_at
    assert begun.score == 40
    assert "greet" in begun.turn_scores
    assert "pay" not in begun.turn_scores


# ── the graph ────────────────────────────────────────────────────────────────────────────────


def test_every_turn_rule_and_ending_has_its_place(tiny: Workshop):
    graph = graph_of(tiny)
    lines = (tiny.scenes / "tiny" / "scene.yaml").read_text("utf-8").split("\n")
    (turn,) = graph.turns
    assert lines[turn.mark.line - 1].endswith("id: order")
    assert ["when:" in lines[rule.mark.line - 1] for rule in turn.rules] == [True] * 4
    assert [lines[ending.mark.line - 1].split()[-1] for ending in graph.endings] == ["good", "practice"]
    assert "go: again" in lines[turn.last_line - 1]


def test_a_rule_that_no_row_takes_is_untested(tiny: Workshop):
    tiny.edit(FILE, '  - { turn: order, text: "오늘 날씨가 추워요", tries: 1, expect: { go: finish } }\n', "")
    (turn,) = graph_of(tiny).turns
    assert [rule.tested for rule in turn.rules] == [True, True, False, True]
    assert turn.tested


def test_an_ending_that_no_row_reaches_is_untested(tiny: Workshop):
    tiny.edit(FILE, '  - { turn: order, text: "오늘 날씨가 추워요", tries: 1, expect: { go: finish } }\n', "")
    assert [(each.id, each.tested) for each in graph_of(tiny).endings] == [("good", True), ("practice", False)]


def test_a_rule_below_one_that_always_wins_is_dead(tiny: Workshop):
    above = "      - when: { has: drink }\n"
    for wider in ("{ intent: order_drink }", "{ intent: order_drink, has: drink }"):
        rule = f"      - when: {wider}\n        go: finish\n"
        tiny.edit("scenes/tiny/scene.yaml", above, rule + above)
    (turn,) = graph_of(tiny).turns
    assert [rule.dead for rule in turn.rules] == [False, False, True, False, False, False]


def test_a_rule_that_leads_nowhere_yet_is_in_the_graph(tiny: Workshop):
    tiny.edit("scenes/tiny/scene.yaml", "go: finish", "go: pay")
    graph = graph_of(tiny)
    assert compiled(tiny).scene is None
    assert graph.turns[0].rules[1].go == "pay"
    assert graph.turns[0].tested is None


def test_a_layout_that_cannot_be_read_counts_as_none_and_is_told(tiny: Workshop):
    path = tiny.scenes / "tiny" / "layout.json"

    def found() -> list[str]:
        return [str(each.file) for each in lint(tiny.scenes, tiny.packs, "tiny") if each.code == "W29"]

    assert read_layout(folders_of(tiny), "tiny").digest == ""
    assert found() == []
    path.write_text('{"schema": "scene-layout/1", "turns": {"order": [10, 20.5]}}')
    assert read_layout(folders_of(tiny), "tiny").places == {"order": (10, 20.5)}
    assert found() == []
    wrong = '{"schema": "scene-layout/1", "turns": {"order": [1e999, 0]}}'
    for broken in (b"", b"[]", wrong.encode(), b"\0", b"\xff", b"[" * 100_000):
        path.write_bytes(broken)
        assert read_layout(folders_of(tiny), "tiny").places == {}
        assert found() == ["scenes/tiny/layout.json"]


# ── kept as a test ───────────────────────────────────────────────────────────────────────────


def keep(tiny: Workshop, *acts: str, digest: str | None = None, **beginning: object) -> str:
    folders = folders_of(tiny)
    rehearsal = played(tiny, *acts, **beginning)
    opened = open_draft(folders, FILE).digest if digest is None else digest
    begun = Beginning(**beginning)  # type: ignore[arg-type]
    return keep_as_test(folders, rehearsal, begun, "누가: #1", opened).saved.text


def test_a_way_to_the_end_becomes_one_row_and_nothing_else_changes(tiny: Workshop):
    tiny.edit(FILE, "play:\n", "play:  # whole ways\n")
    before = (tiny.scenes / "tiny" / "tests.yaml").read_text("utf-8")
    after = keep(tiny, "몰라요", "녹차 주세요")
    assert after.startswith(before.rstrip("\n"))
    added = after.removeprefix(before)
    assert added.split("\n")[:4] == [
        '  - name: "누가: #1"',
        '    learner: ["몰라요", "녹차 주세요"]',
        "    visits: [order]",
        "    ends: good",
    ]
    assert wrong_in(tiny, "E25") == []


def test_any_other_way_becomes_a_row_for_each_answer_behind_the_others(tiny: Workshop):
    after = keep(tiny, "녹차 줘", slots={"drink": "coffee"})
    said, played_rows = after.split("play:")
    assert said.rstrip().endswith(
        '- { turn: order, text: "녹차 줘", given: { drink: coffee }, expect: '
        "{ intent: order_drink, slots: { drink: tea }, speech: too_casual, "
        "verdict: accept, says: L012, go: again } }"
    )
    assert played_rows == TESTS.split("play:")[1]
    assert wrong_in(tiny, "E25") == []


def test_a_row_that_is_there_already_is_not_written_twice(tiny: Workshop):
    once = keep(tiny, "녹차 줘")
    assert keep(tiny, "녹차 줘") == once
    assert keep(tiny, "커피 주세요") == once, "as the play that the tests begin with"


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "say: []\n",
        'say: { turn: order, text: "커피 주세요", expect: { go: finish } }\n',
        'say:\n- turn: order\n  text: "네"\n  expect:\n    go: again\n\n# the end\n',
        'say:\n    - {\n      turn: order, text: "네",\n      expect: { go: again }\n    }\n',
    ],
    ids=["none", "empty list", "lone row", "blocks", "brackets of their own"],
)
def test_rows_are_added_to_whatever_is_there_or_nothing_is_touched(tiny: Workshop, rows: str):
    path = tiny.scenes / "tiny" / "tests.yaml"
    before = f"schema: scene-tests/1\nscene: tiny\n{rows}"
    path.write_text(before, "utf-8")
    try:
        after = keep(tiny, "녹차 줘")
    except BadInput as refused:
        assert refused.code == "tests_unreadable"
        assert path.read_text("utf-8") == before
        assert rows.startswith(("say: []", "say: {"))
    else:
        assert '"녹차 줘"' in after
        assert all(line in after for line in before.split("\n"))
        assert [
            each for each in run_trials(tiny.scenes, tiny.packs, "tiny", listen) if each.code[:2] == "E0"
        ] == []


def test_a_scene_without_tests_gets_a_file(tiny: Workshop):
    Path(tiny.scenes / "tiny" / "tests.yaml").unlink()
    assert keep(tiny, "커피 주세요", digest="").startswith("# yaml-language-server")
    assert wrong_in(tiny, "E") == []


def test_a_way_is_not_kept_over_what_somebody_else_saved(tiny: Workshop):
    with pytest.raises(Conflict) as refused:
        keep(tiny, "녹차 줘", digest="0" * 64)
    assert refused.value.code == "draft_changed"


def test_a_way_without_words_is_not_kept(tiny: Workshop):
    with pytest.raises(BadInput) as refused:
        keep(tiny)
    assert refused.value.code == "nothing_to_keep"
