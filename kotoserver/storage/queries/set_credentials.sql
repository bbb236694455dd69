-- E-mail and hashed password of a learner; tokens from before $4 end, where it is given.
UPDATE learners
SET email = $2, password = $3, signed_out_at = coalesce($4, signed_out_at)
WHERE learner_id = $1
