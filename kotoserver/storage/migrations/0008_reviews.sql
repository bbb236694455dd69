-- Links by which people without an account play a draft.

-- The draft is kept as it stood, so every server can show it and later changes do not; a revoked link is a row less.
CREATE TABLE reviews (
    review_id   TEXT PRIMARY KEY,
    scene_id    TEXT NOT NULL,
    made_by     TEXT NOT NULL, -- an editor's id; the link outlives their account
    note        TEXT NOT NULL,
    made_at     TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL,
    snapshot    JSONB NOT NULL
);

CREATE INDEX reviews_of_scene ON reviews (scene_id, made_at);
CREATE INDEX reviews_to_forget ON reviews (expires_at);
