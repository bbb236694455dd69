-- Signs a learner out on all devices.
DELETE FROM sign_ins WHERE learner_id = $1
