-- A learner becomes a member of a class; a second time changes nothing.
INSERT INTO class_members (class_id, learner_id, joined_at)
VALUES ($1, $2, $3)
ON CONFLICT (class_id, learner_id) DO NOTHING
