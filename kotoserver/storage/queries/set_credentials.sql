-- E-mail and hashed password of a learner, who is found by the e-mail $4 from now on, too.
UPDATE learners
SET email = $2, password = $3, folded = folded || ' ' || $4
WHERE learner_id = $1
