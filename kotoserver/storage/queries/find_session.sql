-- One session by id.
SELECT session_id, learner_id, scene_id, scene_version, pack_id, pack_version,
       progress, revision, last_seq, started_at, updated_at, lesson_id
FROM sessions
WHERE session_id = $1
