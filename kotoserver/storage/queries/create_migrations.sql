-- The record of applied migrations, made before the first one.
CREATE TABLE IF NOT EXISTS migrations (
    name        TEXT PRIMARY KEY,
    digest      TEXT NOT NULL,
    applied_at  TIMESTAMPTZ NOT NULL
)
