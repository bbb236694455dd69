"""A learner's recording: where its bytes are, what became of it, and how long it may be kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kotoserver.domain.receipt import Receipt


class RecordingState(StrEnum):
    PROCESSING = "processing"
    """Uploaded, and not judged yet."""
    HEARD = "heard"
    """Understood; the turn holds what came of it."""
    UNSURE = "unsure"
    """The learner was asked what they said."""
    UNHEARD = "unheard"
    """Nobody spoke in it."""
    UNREADABLE = "unreadable"
    """It cannot be decoded; `failure` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    id: str
    learner_id: str
    session_id: str
    turn_id: str | None
    """The learner's turn that it was played as, once that is known."""
    state: RecordingState
    media_type: str
    """Sniffed from the bytes; a client's own word for it is often wrong."""
    size: int
    """Bytes."""
    sha256: str
    """Of the bytes, in hexadecimal."""
    seconds: float
    """0 until it was heard."""
    idempotency_key: str | None
    """Uploading under the same key again gives this recording."""
    created_at: datetime
    keep_until: datetime
    kept: bool = True
    """False once the bytes are gone."""
    first_seq: int | None = None
    """The frames by which it was answered, both ends included; None before that."""
    last_seq: int | None = None
    failure: str | None = None
    """The code of why it cannot be read."""
    receipts: tuple[Receipt, ...] = ()
    """What hearing it took, until a turn holds them: of one that the learner was asked about."""
    confirmed: str | None = None
    """The words by which the learner answered that."""

    @property
    def key(self) -> str:
        """Its place among the blobs: everything of one learner lies under one prefix."""
        return f"{recordings_of(self.learner_id)}{self.id}"


ALL_RECORDINGS = "recordings/"
"""What the keys of all recordings begin with."""


def recordings_of(learner_id: str) -> str:
    """What the keys of all recordings of a learner begin with."""
    return f"{ALL_RECORDINGS}{learner_id}/"
