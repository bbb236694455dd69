-- Everybody from before $1 with the role $3 (any when empty) in whom something is LIKE $4, newest first.
SELECT learner_id, native, name, role, created_at, keep_recordings, email, blocked, revision, signed_out_at
FROM learners
WHERE created_at < $1
    AND ($3 = '' OR role = $3)
    AND ($4 = '%%' OR folded LIKE $4 ESCAPE '\' OR learner_id LIKE $4 ESCAPE '\')
ORDER BY created_at DESC, learner_id DESC
LIMIT $2
