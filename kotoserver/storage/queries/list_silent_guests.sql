-- Ids of guests from before $1 who have neither sessions nor a sign-in that is good at $2.
SELECT learner_id
FROM learners
WHERE created_at < $1 AND role = 'learner' AND email IS NULL
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.learner_id = learners.learner_id)
    AND NOT EXISTS (
        SELECT 1 FROM sign_ins WHERE sign_ins.learner_id = learners.learner_id AND sign_ins.expires_at > $2
    )
ORDER BY created_at
LIMIT $3
