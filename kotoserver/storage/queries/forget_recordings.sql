-- Notes that the bytes of a learner's recordings are gone.
UPDATE recordings SET kept = FALSE WHERE learner_id = $1
