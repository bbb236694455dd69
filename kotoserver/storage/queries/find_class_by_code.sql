-- One class by the code that learners join by.
SELECT class_id, teacher_id, name, code, created_at,
       (SELECT count(*) FROM class_members WHERE class_members.class_id = classes.class_id) AS members
FROM classes
WHERE code = $1
