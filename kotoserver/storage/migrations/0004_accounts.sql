-- Accounts with e-mail and password, sign-ins that can be ended, classes, lessons, and who did what.

ALTER TABLE learners ADD COLUMN email TEXT; -- as it is compared: composed, in lower case; none for a guest
ALTER TABLE learners ADD COLUMN password TEXT; -- hashed by argon2id
ALTER TABLE learners ADD COLUMN blocked BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE learners ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE learners ADD COLUMN signed_out_at TIMESTAMPTZ; -- tokens from before are not good any more
ALTER TABLE learners ADD COLUMN folded TEXT NOT NULL DEFAULT ''; -- name and e-mail as they are searched

UPDATE learners SET folded = lower(coalesce(name, ''));

CREATE UNIQUE INDEX learners_by_email ON learners (email);

-- Everybody, newest first.
CREATE INDEX learners_in_order ON learners (created_at, learner_id);

-- One device of a learner that stays signed in. `generation` counts how often its refresh token was renewed.
CREATE TABLE sign_ins (
    sign_in_id  TEXT PRIMARY KEY,
    learner_id  TEXT NOT NULL REFERENCES learners ON DELETE CASCADE,
    generation  INTEGER NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    renewed_at  TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL
);

CREATE INDEX sign_ins_of_learner ON sign_ins (learner_id);
CREATE INDEX sign_ins_to_forget ON sign_ins (expires_at);

-- A teacher's class; who joins by its code lets the teacher see what they play.
CREATE TABLE classes (
    class_id    TEXT PRIMARY KEY,
    teacher_id  TEXT NOT NULL REFERENCES learners ON DELETE CASCADE,
    name        TEXT NOT NULL,
    code        TEXT NOT NULL UNIQUE,
    created_at  TIMESTAMPTZ NOT NULL
);

CREATE INDEX classes_of_teacher ON classes (teacher_id);

CREATE TABLE class_members (
    class_id    TEXT NOT NULL REFERENCES classes ON DELETE CASCADE,
    learner_id  TEXT NOT NULL REFERENCES learners ON DELETE CASCADE,
    joined_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (class_id, learner_id)
);

CREATE INDEX classes_of_member ON class_members (learner_id);

-- An ordered list of scenes with a goal. It outlives the account of whoever wrote it.
CREATE TABLE lessons (
    lesson_id   TEXT PRIMARY KEY,
    owner_id    TEXT REFERENCES learners ON DELETE SET NULL,
    title       TEXT NOT NULL,
    goal        TEXT NOT NULL,
    folded      TEXT NOT NULL, -- title and goal as they are searched: composed, without case
    scenes      JSONB NOT NULL,
    published   BOOLEAN NOT NULL,
    revision    BIGINT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);

CREATE INDEX lessons_in_order ON lessons (created_at, lesson_id);

-- The lesson that a session was played for; sessions outlive lessons.
ALTER TABLE sessions ADD COLUMN lesson_id TEXT;

-- Everybody's sessions, newest first.
CREATE INDEX sessions_in_order ON sessions (started_at, session_id);

-- Who did what that others should be able to look up. Without references: it outlives those it is about,
-- and names them by their ids only.
CREATE TABLE audit (
    audit_id  TEXT PRIMARY KEY,
    at        TIMESTAMPTZ NOT NULL,
    actor_id  TEXT NOT NULL, -- empty: nobody who was signed in
    action    TEXT NOT NULL,
    subject   TEXT NOT NULL, -- the id of what it was done to
    address   TEXT NOT NULL, -- from where, as far as it is known
    details   JSONB NOT NULL
);

CREATE INDEX audit_in_order ON audit (at, audit_id);
