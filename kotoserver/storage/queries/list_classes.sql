-- The classes that a learner teaches or belongs to, newest first.
SELECT class_id, teacher_id, name, code, created_at,
       (SELECT count(*) FROM class_members WHERE class_members.class_id = classes.class_id) AS members
FROM classes
WHERE teacher_id = $1 OR EXISTS (
    SELECT 1 FROM class_members
    WHERE class_members.class_id = classes.class_id AND class_members.learner_id = $1
)
ORDER BY created_at DESC, class_id DESC
