-- Removes a link with its draft.
DELETE FROM reviews WHERE review_id = $1
