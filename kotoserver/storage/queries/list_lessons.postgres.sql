-- Published lessons, and the drafts of $3 (of everybody when $4), from before $1, LIKE $5, with the scene $6, newest first.
-- Each database has its own words for asking a JSON list.
SELECT lesson_id, owner_id, title, goal, scenes, published, revision, created_at, updated_at
FROM lessons
WHERE created_at < $1
    AND (published OR $4 OR owner_id = $3)
    AND ($5 = '%%' OR folded LIKE $5 ESCAPE '\')
    AND ($6 = '' OR scenes @> to_jsonb($6::text))
ORDER BY created_at DESC, lesson_id DESC
LIMIT $2
