-- A new class.
INSERT INTO classes (class_id, teacher_id, name, code, created_at)
VALUES ($1, $2, $3, $4, $5)
