-- Removes sign-ins that expired before $1.
DELETE FROM sign_ins WHERE expires_at < $1
