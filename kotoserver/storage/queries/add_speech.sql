-- Notes what a speech key says; a known key stays as it is.
INSERT INTO speech (speech_key, text, voice, rate)
VALUES ($1, $2, $3, $4)
ON CONFLICT (speech_key) DO NOTHING
