-- Finds the utterances that hold a word without reading them all. SQLite reads one learner's turns instead.
CREATE INDEX IF NOT EXISTS utterance_trigrams ON turns USING gin (folded gin_trgm_ops)
