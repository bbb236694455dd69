-- One utterance with all that came of it.
INSERT INTO turns (
    session_id, turn_id, number, scene_turn, text, folded, evaluation, rule, go, before,
    first_seq, last_seq, timings, at, undone, audio_id, receipts
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
