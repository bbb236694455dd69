-- A session as it is now, provided that it is stored at the revision $6 that the caller read.
UPDATE sessions
SET progress = $2, revision = $3, last_seq = $4, updated_at = $5
WHERE session_id = $1 AND revision = $6
