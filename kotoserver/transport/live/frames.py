"""What a client may send over the socket, decoded once, at the edge."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from kotoserver.domain.errors import BadInput

CLIENT_FRAME_LIMIT = 4096
"""Bytes. Above the 1,024 of a well-written frame, since some clients escape every syllable."""


class ClientFrame(BaseModel):
    """Unknown fields are ignored, so that a newer client can talk to an older server.

    What a learner said stays out of errors, since a traceback would carry it into the log.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, use_attribute_docstrings=True
    )


def _text_or_nothing(value: object) -> object:
    return value if isinstance(value, str) else ""


TraceText = Annotated[str, BeforeValidator(_text_or_nothing)]
"""Nobody is refused for what they trace with."""


class Hello(ClientFrame):
    """First of all: who is there, and the last number they saw."""

    type: Literal["hello"] = "hello"
    token: str
    last_seq: Annotated[int, Field(ge=0)] = 0
    traceparent: TraceText = ""
    """The trace that the turns of this connection belong to, as W3C writes it; malformed is as good as none."""
    tracestate: TraceText = ""
    """What goes with it."""


class UserText(ClientFrame):
    """The learner's turn, in text."""

    type: Literal["user_text"] = "user_text"
    turn_id: str
    text: str
    audio_id: str | None = None
    """The recording whose words these are, when the learner was asked what they said."""


class AudioUploaded(ClientFrame):
    """The learner's turn, as a recording that was uploaded."""

    type: Literal["audio_uploaded"] = "audio_uploaded"
    audio_id: str
    session_id: str
    turn_id: str | None = None


class AskHint(ClientFrame):
    """The next rung of the hint ladder, please."""

    type: Literal["hint"] = "hint"


class AskRepeat(ClientFrame):
    """The NPC's last line again, please."""

    type: Literal["repeat"] = "repeat"
    slow: bool = False


class TakeBack(ClientFrame):
    """Take the last turn again."""

    type: Literal["retry"] = "retry"
    turn_id: str | None = None
    """The turn that is meant, so that sending this twice takes back one."""


class PlaybackStarted(ClientFrame):
    """The answer can be heard now."""

    type: Literal["playback_started"] = "playback_started"
    turn_id: str
    perceived_ms: Annotated[float, Field(ge=0, le=600_000, allow_inf_nan=False)]
    """From sending the words to hearing the answer."""


class Ping(ClientFrame):
    """Are you there?"""

    type: Literal["ping"] = "ping"


class Leave(ClientFrame):
    """Goodbye; the session stays and can be resumed."""

    type: Literal["leave"] = "leave"


AnyClientFrame = Hello | UserText | AudioUploaded | AskHint | AskRepeat | TakeBack | PlaybackStarted | Ping | Leave
CLIENT_FRAMES: TypeAdapter[AnyClientFrame] = TypeAdapter(
    Annotated[AnyClientFrame, Field(discriminator="type")], config=ConfigDict(hide_input_in_errors=True)
)


def decode_frame(text: str) -> AnyClientFrame:
    """The frame. BadInput codes `frame_too_large`, `not_json`, `unknown_frame`, `bad_frame`."""
    if len(text) > CLIENT_FRAME_LIMIT or len(text.encode(errors="replace")) > CLIENT_FRAME_LIMIT:
        raise BadInput(f"A frame has at most {CLIENT_FRAME_LIMIT} bytes.", code="frame_too_large")
    try:
        return CLIENT_FRAMES.validate_json(text)
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> BadInput:
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    kind = problem["type"]
    if kind == "json_invalid":
        return BadInput("The frame is not JSON.", code="not_json")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return BadInput("The frame has no type that this server knows.", code="unknown_frame")
    field = ".".join(str(part) for part in problem["loc"][1:]) or "frame"
    return BadInput(f"The frame is not as expected: {field}: {problem['msg']}.", code="bad_frame")
