-- One turn by the id that the client gave it.
SELECT session_id, turn_id, number, scene_turn, text, evaluation, rule, go, before,
       first_seq, last_seq, timings, at, undone, audio_id, receipts
FROM turns
WHERE session_id = $1 AND turn_id = $2
