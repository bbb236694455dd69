-- Whether the learner $2 belongs to a class of the teacher $1: a row, or none.
SELECT 1 AS found
FROM classes
JOIN class_members ON class_members.class_id = classes.class_id
WHERE classes.teacher_id = $1 AND class_members.learner_id = $2
LIMIT 1
