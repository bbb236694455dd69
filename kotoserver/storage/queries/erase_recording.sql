-- Removes a recording's row.
DELETE FROM recordings WHERE audio_id = $1
