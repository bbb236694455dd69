-- What one speech key says.
SELECT speech_key, text, voice, rate FROM speech WHERE speech_key = $1
