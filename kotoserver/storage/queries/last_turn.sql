-- The latest turn of a session that was not taken back.
SELECT session_id, turn_id, number, scene_turn, text, evaluation, rule, go, before,
       first_seq, last_seq, timings, at, undone, audio_id, receipts
FROM turns
WHERE session_id = $1 AND NOT undone
ORDER BY first_seq DESC, number DESC
LIMIT 1
