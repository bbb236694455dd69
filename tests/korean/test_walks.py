"""Synthetic learners find what a scene does wrong, and say nothing about one that does nothing wrong."""

from pathlib import Path

import pytest

from kotoserver.cli.walk import report_lines
from kotoserver.content.catalogs import read_catalogs
from kotoserver.content.checks.scenes import Surroundings
from kotoserver.content.compiler import compile_scene
from kotoserver.content.diagnostics import Report
from kotoserver.domain.scene import Scene
from kotoserver.korean.proofreader import KoreanProofreader
from kotoserver.korean.trying.walks import Kind, WalkReport, walk_scene
from kotoserver.providers.kiwi import KiwiAnalyzer

ROOT = Path(__file__).parents[2]
TINY = (ROOT / "tests" / "content" / "tiny_scene.yaml").read_text("utf-8")
WALKS = 60
LAST_HINT = "        - { id: H011, kind: answer }"
START_HINT = '        - { id: H012, kind: start, ko: "학교 …" }\n'


@pytest.fixture(scope="module")
def analyzer() -> KiwiAnalyzer:
    return KiwiAnalyzer()


def scene_with(*changes: tuple[str, str]) -> Scene:
    text = TINY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    catalogs = read_catalogs(ROOT / "scenes", Report())
    assert catalogs is not None
    compiled = compile_scene(text, "tiny.yaml", catalogs, Surroundings(pack_ids=("ko-en",)))
    assert compiled.scene is not None, compiled.diagnostics
    return compiled.scene


def walk(scene: Scene, analyzer: KiwiAnalyzer, seed: int = 0) -> WalkReport:
    judge = KoreanProofreader(analyzer).judge
    return walk_scene(scene, judge, analyzer, walks=WALKS, seed=seed)


def test_a_sound_scene_is_walked_to_every_ending_by_every_rule(analyzer: KiwiAnalyzer):
    report = walk(scene_with(), analyzer)

    assert {walked.kind for walked in report.walks} == set(Kind)
    assert report.endings_never_reached == ()
    assert (report.never_taken, report.never_entered, report.stuck) == ((), (), ())
    assert not any(walked.by_limit for walked in report.walks)


def test_the_same_seed_walks_the_same_ways(analyzer: KiwiAnalyzer):
    scene = scene_with()

    assert walk(scene, analyzer).walks == walk(scene, analyzer).walks
    assert walk(scene, analyzer).walks != walk(scene, analyzer, seed=1).walks


def test_a_rule_that_nobody_can_take_is_named(analyzer: KiwiAnalyzer):
    never = "      - when: { has: drink, score_below: 5 }\n        go: again\n"
    scene = scene_with(("      - when: { has: drink }\n", never + "      - when: { has: drink }\n"))

    report = walk(scene, analyzer)

    assert report.never_taken == (("order", 1),)
    assert any(
        "order rule 2: when has drink, score below 5, go again" in line for line in report_lines(scene, report)
    )


def test_an_answer_that_is_taught_and_leads_nowhere_is_named(analyzer: KiwiAnalyzer):
    scene = scene_with(
        ("      - when: { has: drink }\n", "      - when: { slot: { drink: coffee } }\n"),
        ('ko: "네, {drink|이요/요}."', 'ko: "네, 커피요."'),
    )

    report = walk(scene, analyzer)

    assert {each.turn for each in report.stuck} == {"order"}
    assert all("녹차" in each.text for each in report.stuck)
    assert report.given_up["order"].good < report.given_up["order"].of


def test_a_hint_that_leads_nowhere_is_named(analyzer: KiwiAnalyzer):
    scene = scene_with(
        (LAST_HINT, START_HINT + LAST_HINT),
        ('model: { id: L011, ko: "커피 주세요." }', 'model: { id: L011, ko: "녹차 한 잔 주세요." }'),
        ("max_tries: 2", "max_tries: 4"),
        ("tries_at_least: 2", "tries_at_least: 4"),
    )

    report = walk(scene, analyzer)

    assert report.hints["H012"].share < report.hints["H011"].share


def test_walks_that_run_into_a_limit_are_told(analyzer: KiwiAnalyzer):
    scene = scene_with(("learner_turns: 8", "learner_turns: 1"), ("tries_below: 2", "tries_below: 2"))

    report = walk(scene, analyzer)

    assert {walked.kind for walked in report.walks if walked.by_limit} >= {Kind.LOST, Kind.STUBBORN}
    assert any(line.startswith("walks that ran into a limit") for line in report_lines(scene, report))
