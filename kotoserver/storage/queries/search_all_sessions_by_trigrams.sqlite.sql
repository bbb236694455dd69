-- Sessions begun before $2 of everybody, or of a teacher's learners, in which an utterance holds the phrase $7.
-- Postgres chooses by itself whether to ask its trigram index; SQLite has to be told.
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
    AND session_id IN (
        SELECT utterances.session_id
        FROM utterance_trigrams
        JOIN utterances ON utterances.utterance_id = utterance_trigrams.rowid
        WHERE utterance_trigrams MATCH $7
    )
ORDER BY started_at DESC, session_id DESC
LIMIT $3
