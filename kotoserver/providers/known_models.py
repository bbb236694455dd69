"""Recognition models and voices that are known by name: where they come from, how large, under which licence.

A digest stands here only where it is known from elsewhere than the download itself; any other file is
believed the first time and held to that ever after (`model_store`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Engine(StrEnum):
    WHISPER = "whisper"
    PIPER = "piper"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    name: str
    url: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    name: str
    engine: Engine
    source: str
    """The publisher's page."""
    megabytes: int
    """About."""
    licence: str
    note: str
    files: tuple[ModelFile, ...] = ()
    """Empty where the publisher has no file that the engine reads as it is: fetch and `import` it."""


_HUB = "https://huggingface.co"
_BASE_DIGEST = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


def _whisper(
    name: str, repository: str, megabytes: int, note: str, *, newer: bool = False, digest: str | None = None
) -> KnownModel:
    """`newer` models come with 128 bands of sound, and a file that says so."""
    names = ["config.json", "tokenizer.json", "vocabulary.json" if newer else "vocabulary.txt"]
    names += ["preprocessor_config.json"] if newer else []
    files = [ModelFile(name=each, url=f"{_HUB}/{repository}/resolve/main/{each}") for each in names]
    large = ModelFile(name="model.bin", url=f"{_HUB}/{repository}/resolve/main/model.bin", sha256=digest)
    return KnownModel(
        name=name,
        engine=Engine.WHISPER,
        source=f"{_HUB}/{repository}",
        megabytes=megabytes,
        licence="MIT",
        note=note,
        files=(*files, large),
    )


_MODELS = (
    _whisper(
        "tiny", "Systran/faster-whisper-tiny", 78, "mishears a sixth of native Korean; for trying things out"
    ),
    _whisper("base", "Systran/faster-whisper-base", 148, "the one for a processor", digest=_BASE_DIGEST),
    _whisper(
        "small", "Systran/faster-whisper-small", 486, "where two seconds a turn are acceptable on a processor"
    ),
    _whisper("medium", "Systran/faster-whisper-medium", 1_531, "for a graphics card"),
    _whisper("large-v3", "Systran/faster-whisper-large-v3", 3_091, "for a graphics card", newer=True),
    _whisper(
        "turbo",
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        1_622,
        "large-v3 with a short decoder; the one for a graphics card",
        newer=True,
    ),
    KnownModel(
        name="ko_KR-melotts-medium",
        engine=Engine.PIPER,
        source="https://github.com/moonshine-ai/moonshine",
        megabytes=63,
        licence="check the licence: trained on the sound of MeloTTS (MIT), and published without one of its own",
        note="import its .onnx and .onnx.json; the publisher's .ort form is not read by piper",
    ),
    KnownModel(
        name="ko_KO-kss_low",
        engine=Engine.PIPER,
        source=f"{_HUB}/mukowaty/mimic3-voices",
        megabytes=63,
        licence="non-commercial: its recordings (KSS) are CC BY-NC-SA",
        note="of the same family; piper needs an .onnx.json written for it first",
    ),
    KnownModel(
        name="mms-tts-kor",
        engine=Engine.PIPER,
        source=f"{_HUB}/facebook/mms-tts-kor",
        megabytes=145,
        licence="non-commercial: CC BY-NC",
        note="of the same family; must be turned into a voice of Piper first",
    ),
)

KNOWN_MODELS: Mapping[str, KnownModel] = MappingProxyType({model.name: model for model in _MODELS})
