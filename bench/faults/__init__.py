"""Learners on a server whose lines to Postgres, Redis, S3 and the learners themselves go bad at random."""
