-- Forgets a blob.
DELETE FROM blobs WHERE key = ?
