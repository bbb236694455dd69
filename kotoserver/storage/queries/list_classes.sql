-- The classes that a learner teaches or belongs to, newest first.
SELECT class_id, teacher_id, name, code, created_at,
       (SELECT count(*) FROM class_members WHERE class_members.class_id = classes.class_id) AS members
FROM classes
WHERE teacher_id = $1 OR class_id IN (SELECT class_id FROM class_members WHERE learner_id = $1)
ORDER BY created_at DESC, class_id DESC
