"""What an utterance holds: its words, verbs, numbers, values, its yes or no and its level."""
