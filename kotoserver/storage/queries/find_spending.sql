-- What a payer spent in a day.
SELECT usd FROM spending WHERE day = $1 AND payer = $2
