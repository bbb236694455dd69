"""False alarms are the worst fault: other good ways to say what the scenes teach pass without a word."""

from pathlib import Path

from bench.quality.cases import taught_by_scenes
from bench.quality.measures import false_alarms, injected_mistakes, own_sentences
from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.turns import Judge

ROOT = Path(__file__).parents[2]
TAUGHT = list(taught_by_scenes(ROOT / "scenes", ROOT / "langpacks"))


def test_every_sentence_that_a_scene_teaches_scores_a_hundred(judge: Judge):
    assert own_sentences(TAUGHT, judge).told == []


def test_valid_variants_raise_no_alarm(judge: Judge):
    share = false_alarms(TAUGHT, judge)
    assert share.percent <= 1.5, share.told


def test_most_mistakes_are_told_and_put_right(judge: Judge, analyzer: KiwiAnalyzer):
    for share in injected_mistakes(TAUGHT, judge, analyzer):
        assert share.percent >= (share.target or 80), share.told
