-- What an admin may change of a learner, provided that it is stored at the revision $7 that the caller read.
UPDATE learners
SET name = $2, role = $3, blocked = $4, folded = $5, revision = $6
WHERE learner_id = $1 AND revision = $7
