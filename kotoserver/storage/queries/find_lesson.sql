-- One lesson by id.
SELECT lesson_id, owner_id, title, goal, scenes, published, revision, created_at, updated_at
FROM lessons
WHERE lesson_id = $1
