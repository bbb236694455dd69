-- Where a learner came from, in what was written down about what they did.
UPDATE audit SET address = '' WHERE actor_id = $1
