-- Removes links that lapsed before $1.
DELETE FROM reviews WHERE expires_at < $1
