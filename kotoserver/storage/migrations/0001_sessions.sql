-- Learners, their sessions, and what happened in each: turns and numbered events.
-- One text for both databases: SQLite takes any type name, and storage/sqlite.py says how each is read.

CREATE TABLE learners (
    learner_id  TEXT PRIMARY KEY,
    native      TEXT NOT NULL,
    name        TEXT,
    role        TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);

CREATE TABLE sessions (
    session_id     TEXT PRIMARY KEY,
    learner_id     TEXT NOT NULL REFERENCES learners ON DELETE CASCADE,
    scene_id       TEXT NOT NULL,
    scene_version  INTEGER NOT NULL,
    pack_id        TEXT NOT NULL,
    pack_version   INTEGER NOT NULL,
    progress       JSONB NOT NULL,
    revision       BIGINT NOT NULL,
    last_seq       BIGINT NOT NULL,
    started_at     TIMESTAMPTZ NOT NULL,
    updated_at     TIMESTAMPTZ NOT NULL
);

-- A learner's sessions, newest first.
CREATE INDEX sessions_of_learner ON sessions (learner_id, started_at);

CREATE TABLE turns (
    session_id  TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    turn_id     TEXT NOT NULL,
    number      INTEGER NOT NULL,
    scene_turn  TEXT NOT NULL,
    text        TEXT NOT NULL,
    folded      TEXT NOT NULL, -- the text as it is searched: composed, without case
    evaluation  JSONB NOT NULL,
    rule        INTEGER,
    go          TEXT NOT NULL,
    before      JSONB NOT NULL, -- the session's progress when the turn began
    first_seq   BIGINT NOT NULL,
    last_seq    BIGINT NOT NULL,
    timings     JSONB NOT NULL, -- milliseconds by stage
    at          TIMESTAMPTZ NOT NULL,
    undone      BOOLEAN NOT NULL,
    PRIMARY KEY (session_id, turn_id)
);

-- A session's turns in the order in which they were spoken.
CREATE INDEX turns_in_order ON turns (session_id, first_seq, number);

CREATE TABLE events (
    session_id  TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    seq         BIGINT NOT NULL,
    type        TEXT NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    frame       TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)
);

-- What each speech key says, so that the sound can be made again whenever it is asked for.
CREATE TABLE speech (
    speech_key  TEXT PRIMARY KEY,
    text        TEXT NOT NULL,
    voice       TEXT NOT NULL,
    rate        DOUBLE PRECISION NOT NULL
);
