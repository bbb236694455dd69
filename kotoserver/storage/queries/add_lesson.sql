-- A new lesson.
INSERT INTO lessons (
    lesson_id, owner_id, title, goal, folded, scenes, published, revision, created_at, updated_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
