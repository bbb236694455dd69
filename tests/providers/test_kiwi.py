"""Morphology by Kiwi: what the evaluator relies on."""

import gc
import unicodedata
import weakref

import pytest
from kiwipiepy import Kiwi

from kotoserver.ports.morphology import MorphemeAnalyzer
from kotoserver.providers.kiwi import KiwiAnalyzer


@pytest.fixture(scope="module")
def analyzer() -> MorphemeAnalyzer:
    decomposed = unicodedata.normalize("NFD", "달고나라떼")
    return KiwiAnalyzer().knowing(["레몬주스", "두 낱말", "차", "먹고", "큰", decomposed])


def test_a_word_of_the_scene_is_known_whole(analyzer: MorphemeAnalyzer):
    first, *_ = analyzer.analyze("레몬주스 주세요").morphemes
    assert (first.form, first.tag) == ("레몬주스", "NNG")


def test_words_are_registered_in_composed_form(analyzer: MorphemeAnalyzer):
    assert analyzer.analyze("달고나라떼 주세요").morphemes[0].form == "달고나라떼"


def test_each_scene_knows_its_own_words_and_those_of_no_other(analyzer: MorphemeAnalyzer):
    cakes, drinks = analyzer.knowing(["치즈케이크"]), analyzer.knowing(["레몬주스"])
    said = "레몬주스 주세요. 치즈케이크 주세요."
    for _ in range(2):  # kept readings are told apart as well
        assert _nouns(cakes, said) & {"레몬주스", "치즈케이크"} == {"치즈케이크"}
        assert _nouns(drinks, said) & {"레몬주스", "치즈케이크"} == {"레몬주스"}
    assert cakes.knowing([]).analyze(said) == KiwiAnalyzer().analyze(said)


def _nouns(analyzer: MorphemeAnalyzer, text: str) -> set[str]:
    return {morpheme.form for morpheme in analyzer.analyze(text).morphemes if morpheme.tag == "NNG"}


def test_a_word_that_is_no_noun_stays_as_it_is(analyzer: MorphemeAnalyzer):
    assert [m.tag for m in analyzer.analyze("먹고 갈게요").morphemes] == ["VV", "EC", "VV", "EF"]


def test_morphemes_index_the_text(analyzer: MorphemeAnalyzer):
    text = "큰 사이즈로 할게요"
    analysis = analyzer.analyze(text)
    assert [text[m.start : m.end] for m in analysis.morphemes if m.tag == "NNG"] == ["사이즈"]
    assert all(0 <= m.start <= m.end <= len(text) for m in analysis.morphemes)


def test_tags_are_plain_sejong_tags(analyzer: MorphemeAnalyzer):
    tags = {m.tag for m in analyzer.analyze("날씨가 추워서 차가운 걸 못 들어요").morphemes}
    assert "VA" in tags
    assert not any("-" in tag for tag in tags)


def test_the_score_prefers_the_right_particle(analyzer: MorphemeAnalyzer):
    assert analyzer.analyze("봉투가 필요해요").score > analyzer.analyze("봉투를 필요해요").score


def test_joining_conjugates(analyzer: MorphemeAnalyzer):
    assert analyzer.join([("어렵", "VA"), ("어요", "EF")]) == "어려워요"
    assert analyzer.join([("데우", "VV"), ("어", "EC"), ("주", "VX"), ("세요", "EF")]) == "데워 주세요"


def test_a_compound_of_kiwis_own_dictionary_is_read_as_kiwi_reads_it():
    words = ["삼성페이", "카카오페이", "치즈케이크", "인천국제공항", "체크카드"]
    kiwi = Kiwi(model_type="cong", load_multi_dict=False)
    known = [word for word in words if len(kiwi.tokenize(word)) == 1]
    ours = KiwiAnalyzer().knowing(known)
    for word in known:
        tokens, score = kiwi.analyze(f"{word} 있어요?")[0]
        analysis = ours.analyze(f"{word} 있어요?")
        assert [m.form for m in analysis.morphemes] == [token.form for token in tokens]
        assert analysis.score == pytest.approx(score)
    assert known


def test_analysis_is_repeatable(analyzer: MorphemeAnalyzer):
    assert analyzer.analyze("아아 한 잔 주세요") == analyzer.analyze("아아 한 잔 주세요")


def test_the_version_names_program_and_model(analyzer: MorphemeAnalyzer):
    assert "kiwipiepy" in analyzer.version
    assert "model" in analyzer.version


def test_an_analyser_that_nobody_holds_any_more_gives_its_memory_back_at_once():
    """It takes 290 MB, which a garbage collector does not see: it counts objects."""
    analyzer = KiwiAnalyzer()
    analyzer.knowing(["레몬주스"]).analyze("레몬주스 주세요.")
    let_go = weakref.ref(analyzer)
    gc.disable()
    try:
        del analyzer
        assert let_go() is None
    finally:
        gc.enable()
