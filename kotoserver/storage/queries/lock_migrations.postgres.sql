-- One process migrates at a time; the lock ends with the transaction. SQLite's write lock does the same.
SELECT pg_advisory_xact_lock(7203948571)
