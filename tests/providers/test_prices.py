import pytest

from kotoserver.providers.prices import (
    GOOGLE_VOICE_PRICES,
    hearing_price,
    hearing_usd,
    speaking_price,
    speaking_usd,
)


def test_a_minute_of_google_costs_what_is_published():
    assert hearing_usd(60.0, hearing_price("google", {})) == pytest.approx(0.016)


def test_a_begun_second_is_a_whole_one():
    assert hearing_usd(2.1, 0.6) == pytest.approx(0.03)


@pytest.mark.parametrize("engine", ["whisper", "openai_compatible", "scripted"])
def test_our_own_ears_cost_nothing(engine: str):
    assert hearing_price(engine, {}) == 0.0


@pytest.mark.parametrize("engine", ["espeak", "piper", "openai_compatible", "scripted"])
def test_our_own_voices_cost_nothing(engine: str):
    assert speaking_price(engine, None, {}) == 0.0


def test_what_an_operator_sets_counts():
    own = {"stt.openai_compatible": 0.006, "tts.google": 4.0}
    assert hearing_price("openai_compatible", own) == 0.006
    assert speaking_price("google", "ko-KR-Neural2-A", own) == 4.0
    assert hearing_price("google", own) == 0.016


@pytest.mark.parametrize("kind", GOOGLE_VOICE_PRICES)
def test_a_google_voice_costs_what_its_kind_does(kind: str):
    assert speaking_price("google", f"ko-KR-{kind}-A", {}) == GOOGLE_VOICE_PRICES[kind]


def test_a_voice_whose_kind_is_not_known_is_priced_as_the_usual_one():
    assert speaking_price("google", None, {}) == GOOGLE_VOICE_PRICES["Neural2"]


def test_every_character_counts():
    assert speaking_usd("네, 네.", 16.0) == pytest.approx(5 * 16 / 1_000_000)
