-- Tokens of the learner from before $2 are not good any more.
UPDATE learners SET signed_out_at = $2 WHERE learner_id = $1
