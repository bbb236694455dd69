"""What clients ask for: OpenAI's form of a transcription, and its body of a speech."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap
from typing import Annotated, Literal

import aiohttp
from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kotoserver.domain.errors import BadInput
from kotoserver.domain.hearing import MOST_PHRASES

_FIELD_BYTES = 8_192
_CHUNK_BYTES = 65_536
_MOST_FIELDS = 32
_LONGEST_PHRASE = 60
"""Characters."""
_SENTENCE_END = re.compile(r"(?<=[.?!。])\s+|\n+")


class TranscriptFormat(StrEnum):
    JSON = "json"
    VERBOSE = "verbose_json"
    TEXT = "text"


class SpeechFormat(StrEnum):
    MP3 = "mp3"
    WAV = "wav"
    OPUS = "opus"
    OGG = "ogg"
    PCM = "pcm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """A form that asks what a recording says."""

    recording: bytes
    phrases: tuple[str, ...]
    answer: TranscriptFormat
    words: bool


class SpeechBody(BaseModel):
    """A body that asks for sound. Fields that we do not know are no mistake: clients send what others want."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    model: str = ""
    input: Annotated[str, Field(max_length=4096)]
    voice: str | dict[str, str] = ""
    """The name, or newer clients' `{"id": …}`."""
    response_format: SpeechFormat = SpeechFormat.MP3
    speed: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0
    stream_format: Literal["audio", "sse"] = "audio"

    @property
    def voice_name(self) -> str:
        return self.voice if isinstance(self.voice, str) else self.voice.get("id", "")


async def read_speech(request: web.Request) -> SpeechBody:
    """The body. BadInput `bad_request` names what is wrong with it."""
    try:
        body = SpeechBody.model_validate_json(await request.read())
    except ValidationError as wrong:
        places = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the body'}: {each['msg']}" for each in wrong.errors()
        )
        raise BadInput(f"The request is not as documented: {places}.", code="bad_request") from wrong
    if body.stream_format != "audio":
        raise BadInput("Only stream_format audio is offered.", code="bad_request")
    return body


async def read_transcription(request: web.Request, most_bytes: int) -> Transcription:
    """The form, its fields in whatever order they come.

    BadInput: `bad_form`, `audio_too_large`, and `bad_request` for what this server cannot do.
    """
    if not request.content_type.startswith("multipart/form-data"):
        raise BadInput("Send the recording as multipart/form-data.", code="bad_form")
    recording: bytes | None = None
    fields: dict[str, list[str]] = {}
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise BadInput("A field of the form is itself a form.", code="bad_form")
            if sum(map(len, fields.values())) >= _MOST_FIELDS:
                raise BadInput("The form has too many fields.", code="bad_form")
            if part.name == "file":
                recording = await _content(part, most_bytes, "audio_too_large")
            else:
                text = (await _content(part, _FIELD_BYTES, "bad_form")).decode(errors="replace")
                fields.setdefault((part.name or "").removesuffix("[]"), []).append(text)
    except (ValueError, AssertionError, aiohttp.ClientError, HttpProcessingError) as broken:
        raise BadInput("The form breaks off or is no form.", code="bad_form") from broken
    if recording is None:
        raise BadInput("The form has no field `file` with the recording.", code="bad_form")
    return _as_asked(recording, fields)


def _as_asked(recording: bytes, fields: dict[str, list[str]]) -> Transcription:
    language = fields.get("language", ["ko"])[0].lower() or "ko"
    if language not in ("ko", "kor", "korean", "ko-kr"):
        raise BadInput(f"This server hears Korean only, not {language!r}.", code="bad_request")
    try:
        answer = TranscriptFormat(fields.get("response_format", ["json"])[0])
    except ValueError as unknown:
        offered = ", ".join(TranscriptFormat)
        raise BadInput(f"The field response_format must be one of {offered}.", code="bad_request") from unknown
    if fields.get("stream", ["false"])[0].lower() in ("true", "1"):
        raise BadInput("Transcripts are not streamed; leave out `stream`.", code="bad_request")
    return Transcription(
        recording=recording,
        phrases=_phrases(fields.get("prompt", []) + fields.get("hotwords", [])),
        answer=answer,
        words="word" in fields.get("timestamp_granularities", []),
    )


def _phrases(hints: Iterable[str]) -> tuple[str, ...]:
    """The sentences of a prompt: a Whisper server elsewhere takes one text, our engines take sentences.

    What has no ends of sentences is cut between words, so that an engine may take as much as it has room for.
    """
    sentences = [sentence for hint in hints for sentence in _SENTENCE_END.split(hint)]
    cut = [part for sentence in sentences for part in wrap(sentence, _LONGEST_PHRASE, break_long_words=False)]
    return tuple(cut[:MOST_PHRASES])


async def _content(part: BodyPartReader, most_bytes: int, code: str) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        content += chunk
        if len(content) > most_bytes:
            raise _too_large(part.name or "", most_bytes, code)
    return bytes(content)


def _too_large(name: str, most_bytes: int, code: str) -> BadInput:
    sentence = f"The field {name} has more than {most_bytes} bytes."
    if code == "audio_too_large":
        return BadInput(sentence, code="audio_too_large")
    return BadInput(sentence, code="bad_form")
