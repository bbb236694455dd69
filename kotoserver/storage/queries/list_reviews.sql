-- The links to drafts of a scene that have not lapsed by $2, the latest first.
SELECT review_id, scene_id, made_by, note, made_at, expires_at
FROM reviews
WHERE scene_id = $1 AND expires_at > $2
ORDER BY made_at DESC, review_id DESC
