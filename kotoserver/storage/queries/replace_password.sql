-- The same password, hashed anew.
UPDATE learners SET password = $2 WHERE learner_id = $1
