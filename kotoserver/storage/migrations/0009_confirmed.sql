-- Of a recording that its learner was asked about: what hearing it took, and the words that they confirmed.

ALTER TABLE recordings ADD COLUMN receipts JSONB NOT NULL DEFAULT '[]';
ALTER TABLE recordings ADD COLUMN confirmed TEXT;
