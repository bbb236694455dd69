-- A lesson as it is now, provided that it is stored at the revision $9 that the caller read.
UPDATE lessons
SET title = $2, goal = $3, folded = $4, scenes = $5, published = $6, revision = $7, updated_at = $8
WHERE lesson_id = $1 AND revision = $9
