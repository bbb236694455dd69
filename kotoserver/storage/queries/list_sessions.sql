-- A learner's sessions begun before $2, newest first: of a state, a scene, a lesson (any when empty).
SELECT session_id, learner_id, scene_id, scene_version, pack_id, pack_version,
       progress, revision, last_seq, started_at, updated_at, lesson_id
FROM sessions
WHERE learner_id = $1 AND started_at < $2
    AND ($4 = '' OR progress->>'state' = $4)
    AND ($5 = '' OR scene_id = $5)
    AND ($6 = '' OR lesson_id = $6)
ORDER BY started_at DESC, session_id DESC
LIMIT $3
