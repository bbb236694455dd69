-- Adds to what a payer spent in a day.
INSERT INTO spending (day, payer, usd)
VALUES ($1, $2, $3)
ON CONFLICT (day, payer) DO UPDATE SET usd = spending.usd + excluded.usd
