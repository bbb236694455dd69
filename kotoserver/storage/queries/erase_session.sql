-- Removes a session; its turns and events go with it.
DELETE FROM sessions WHERE session_id = $1
