-- Recordings that learners uploaded, whether they agreed to have them kept, and what each turn took.

ALTER TABLE learners ADD COLUMN keep_recordings BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE recordings (
    audio_id         TEXT PRIMARY KEY,
    learner_id       TEXT NOT NULL REFERENCES learners ON DELETE CASCADE,
    session_id       TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    turn_id          TEXT,
    state            TEXT NOT NULL,
    media_type       TEXT NOT NULL,
    size             BIGINT NOT NULL,
    sha256           TEXT NOT NULL,
    seconds          DOUBLE PRECISION NOT NULL,
    idempotency_key  TEXT,
    created_at       TIMESTAMPTZ NOT NULL,
    keep_until       TIMESTAMPTZ NOT NULL,
    kept             BOOLEAN NOT NULL,
    first_seq        BIGINT,
    last_seq         BIGINT,
    UNIQUE (learner_id, idempotency_key)
);

-- What is to be forgotten next.
CREATE INDEX recordings_to_forget ON recordings (keep_until);

-- A session's recordings, to be erased with it.
CREATE INDEX recordings_of_session ON recordings (session_id);

-- The recording that a turn was spoken in, and the receipts of the engines that served it.
ALTER TABLE turns ADD COLUMN audio_id TEXT;
ALTER TABLE turns ADD COLUMN receipts JSONB NOT NULL DEFAULT '[]';
