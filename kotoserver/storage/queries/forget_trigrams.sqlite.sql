-- Rewrites the index of trigrams without those of erased utterances, which it would only mark as gone.
INSERT INTO utterance_trigrams (utterance_trigrams) VALUES ('optimize')
