-- Removes what was written down before $1.
DELETE FROM audit WHERE at < $1
