-- Forgets what each learner cost before a day; the sums of whole days stay.
DELETE FROM spending WHERE day < $1 AND payer <> ''
