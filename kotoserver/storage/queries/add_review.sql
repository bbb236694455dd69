-- A new link to a draft, with the draft.
INSERT INTO reviews (review_id, scene_id, made_by, note, made_at, expires_at, snapshot)
VALUES ($1, $2, $3, $4, $5, $6, $7)
