-- What was spent on engines in each day of UTC, in all and for each learner.
-- Without a reference to learners: the row of a whole day belongs to nobody (its payer is empty), and a
-- learner's are erased with them by name.

CREATE TABLE spending (
    day    TEXT NOT NULL, -- 2026-11-28
    payer  TEXT NOT NULL,
    usd    DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (day, payer)
);
