-- Forgets what a learner cost.
DELETE FROM spending WHERE payer = $1
