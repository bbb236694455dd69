-- A session's turns in the order in which they were spoken.
SELECT session_id, turn_id, number, scene_turn, text, evaluation, rule, go, before,
       first_seq, last_seq, timings, at, undone, audio_id, receipts
FROM turns
WHERE session_id = $1
ORDER BY first_seq, number
