"""Sessions that ask another engine first: what is remembered of them, and for how long."""

from dataclasses import replace

from kotoserver.domain.engines import Preference
from kotoserver.domain.receipt import Stage
from kotoserver.domain.speech import AudioFormat
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.policy import FallbackSynthesizer, patience_with
from kotoserver.providers.scripted import ScriptedSynthesizer
from kotoserver.services.engine_choices import EngineChoices
from tests.services.speech_world import World

PREFERRED = Preference(engine="second")


class FirstVoice(ScriptedSynthesizer):
    name = "first"


class SecondVoice(ScriptedSynthesizer):
    name = "second"


class Voices:
    """Two voices as one, as after a start of the server."""

    def __init__(self) -> None:
        self.first = FirstVoice()
        self.second = SecondVoice()
        self.both = FallbackSynthesizer(
            [self.first, self.second], SystemClock(), patience_with(Stage.TTS, "scripted", {})
        )

    @property
    def spoken(self) -> tuple[int, int]:
        return self.first.spoken, self.second.spoken


def test_a_session_has_an_engine_for_each_stage_until_it_goes_back_to_the_order_of_all():
    choices = EngineChoices()
    choices.choose("sess_a", Stage.STT, "whisper")
    choices.choose("sess_a", Stage.TTS, "piper")
    assert choices.of("sess_a") == {Stage.STT: "whisper", Stage.TTS: "piper"}
    assert choices.preference("sess_b", Stage.STT) is None
    choices.choose("sess_a", Stage.STT, None)
    assert choices.preference("sess_a", Stage.STT) is None
    assert choices.preference("sess_a", Stage.TTS) == Preference(engine="piper")


def test_the_choice_that_is_oldest_makes_room():
    choices = EngineChoices()
    for number in range(256):
        choices.choose(f"sess_{number}", Stage.TTS, "piper")
    choices.choose("sess_0", Stage.TTS, "espeak")  # chosen anew, so no longer the oldest
    choices.choose("sess_256", Stage.TTS, "piper")
    assert choices.of("sess_0") == {Stage.TTS: "espeak"}
    assert choices.of("sess_1") == {}
    assert choices.of("sess_256") == {Stage.TTS: "piper"}


async def test_a_line_for_another_voice_has_another_address(world: World):
    async with world.service(Voices().both) as speech:
        line = speech.line("네.", "ko-f-02")
        preferred = speech.line("네.", "ko-f-02", preference=PREFERRED)
    assert line.key != preferred.key
    assert line.request == replace(preferred.request, preference=None)


async def test_an_address_made_for_another_voice_is_spoken_by_it_after_a_restart_too(world: World):
    async with world.service(Voices().both) as before:
        lines = [before.line("네.", "ko-f-02"), before.line("네.", "ko-f-02", preference=PREFERRED)]
        await world.storage.remember_speech(lines)
    voices = Voices()
    async with world.service(voices.both) as after:
        await after.sound(lines[1].key, AudioFormat.WAV)
        assert voices.spoken == (0, 1)
        await after.sound(lines[0].key, AudioFormat.WAV)
        assert voices.spoken == (1, 1)
    await voices.both.close()
