-- A new session.
INSERT INTO sessions (
    session_id, learner_id, scene_id, scene_version, pack_id, pack_version,
    progress, revision, last_seq, started_at, updated_at, lesson_id
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
