-- Whether a learner's recordings may be kept.
UPDATE learners SET keep_recordings = $2 WHERE learner_id = $1
