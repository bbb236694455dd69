-- The draft behind a link.
SELECT snapshot FROM reviews WHERE review_id = $1
