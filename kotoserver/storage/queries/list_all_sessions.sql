-- Sessions begun before $2 of everybody, or of a teacher's learners, newest first.
SELECT session_id, learner_id, scene_id, scene_version, pack_id, pack_version,
       progress, revision, last_seq, started_at, updated_at, lesson_id
FROM sessions
WHERE started_at < $2
    AND ($1 = '' OR EXISTS (
        SELECT 1 FROM classes
        JOIN class_members ON class_members.class_id = classes.class_id
        WHERE classes.teacher_id = $1 AND class_members.learner_id = sessions.learner_id
    ))
    AND ($4 = '' OR progress->>'state' = $4)
    AND ($5 = '' OR scene_id = $5)
    AND ($6 = '' OR lesson_id = $6)
ORDER BY started_at DESC, session_id DESC
LIMIT $3
