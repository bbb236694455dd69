"""Spoken turns: how long a learner waits for an answer, and what the server adds to the engines' own time."""
