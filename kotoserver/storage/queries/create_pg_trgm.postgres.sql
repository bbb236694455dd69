-- Trigrams: pieces of three characters, by which Postgres finds text inside text.
CREATE EXTENSION IF NOT EXISTS pg_trgm
