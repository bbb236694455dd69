-- One link to a draft, without the draft.
SELECT review_id, scene_id, made_by, note, made_at, expires_at FROM reviews WHERE review_id = $1
