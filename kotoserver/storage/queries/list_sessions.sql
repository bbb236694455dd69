-- A learner's sessions begun before $2, newest first.
SELECT session_id, learner_id, scene_id, scene_version, pack_id, pack_version,
       progress, revision, last_seq, started_at, updated_at
FROM sessions
WHERE learner_id = $1 AND started_at < $2
ORDER BY started_at DESC, session_id DESC
LIMIT $3
