-- Sessions in which nothing happened since $1, those begun first at the front.
-- A session changes after it began, so the index over beginnings narrows the search.
SELECT session_id, learner_id
FROM sessions
WHERE started_at < $1 AND updated_at < $1
ORDER BY started_at
LIMIT $2
