-- One learner by id.
SELECT learner_id, native, name, role, created_at FROM learners WHERE learner_id = $1
