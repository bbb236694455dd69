"""Bodies about recordings."""

from typing import Annotated

from pydantic import Field

from kotoserver.domain.recording import Recording
from kotoserver.transport.rest.models.common import Time
from kotoserver.transport.rest.operations import Model


class UploadForm(Model):
    audio: Annotated[bytes, Field(json_schema_extra={"format": "binary"})]
    """The file; its container is found out from its bytes."""
    session_id: str
    turn_id: str | None = None
    """Plays the recording as this turn at once; without it, `audio_uploaded` on the socket does."""


class UploadedAnswer(Model):
    audio_id: str
    status: str
    """`processing`, until its turn was played; of an upload that came before, what became of it."""


class DownloadQuery(Model):
    here: bool = False
    """The bytes come from this server, also where it could give a link elsewhere: not every page may follow."""


class RecordingAnswer(Model):
    audio_id: str
    session_id: str
    turn_id: str | None
    status: str
    """processing, heard, unsure (the learner is asked what they said), unheard or unreadable."""
    failure: str | None
    """Of one that is unreadable, the code of why."""
    media_type: str
    size: int
    """Bytes."""
    seconds: float | None
    """Known once it was heard."""
    kept: bool
    """Whether it can be downloaded."""
    created_at: Time
    keep_until: Time
    download_url: str | None

    @classmethod
    def of(cls, recording: Recording) -> "RecordingAnswer":
        return cls(
            audio_id=recording.id,
            session_id=recording.session_id,
            turn_id=recording.turn_id,
            status=recording.state.value,
            failure=recording.failure,
            media_type=recording.media_type,
            size=recording.size,
            seconds=recording.seconds or None,
            kept=recording.kept,
            created_at=recording.created_at,
            keep_until=recording.keep_until,
            download_url=f"/koto-api/audio/download/{recording.id}" if recording.kept else None,
        )
