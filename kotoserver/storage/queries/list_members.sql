-- The members of a class in the order of joining.
SELECT learners.learner_id, native, name, role, learners.created_at, keep_recordings, email, blocked, revision,
       signed_out_at, joined_at
FROM class_members
JOIN learners ON learners.learner_id = class_members.learner_id
WHERE class_id = $1
ORDER BY joined_at, learners.learner_id
