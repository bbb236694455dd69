-- Removes a learner; sessions, turns and events go with the row they belong to.
DELETE FROM learners WHERE learner_id = $1
