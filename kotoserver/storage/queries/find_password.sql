-- A learner's hashed password.
SELECT password FROM learners WHERE learner_id = $1
