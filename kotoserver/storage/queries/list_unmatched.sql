-- What learners said in a scene since $2 that fitted no intent: once for each turn, words and learner, latest first.
SELECT turns.scene_turn, MIN(turns.text) AS text, sessions.learner_id, COUNT(*) AS times, MAX(turns.at) AS last_at
FROM turns
JOIN sessions ON sessions.session_id = turns.session_id
WHERE sessions.scene_id = $1 AND turns.at >= $2 AND turns.evaluation->>'intent' IS NULL
GROUP BY turns.scene_turn, turns.folded, sessions.learner_id
ORDER BY last_at DESC, text
LIMIT $3
