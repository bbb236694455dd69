"""Judges Korean: pure functions over tokens, one stage per file.

`engine.judge` leads through the stages; each folder imports only those before it:

- `sounds`, `words`: Hangul, and what is known of words whatever the sentence
- `reading`: what an utterance holds
- `findings`: what a rule proves, and the corrected sentence
- `orthography`: how it is written
- `answering`: which intent it fulfils, and whether the message came across
- `grammar`: whether it is said rightly
- `trying`: mistakes and other good wordings, made to try a scene with
"""
