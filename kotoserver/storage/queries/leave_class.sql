-- A learner is a member no more.
DELETE FROM class_members WHERE class_id = $1 AND learner_id = $2
