-- The next blobs in the order of their keys: from one key on, after another, to before a third.
SELECT key, length(content), put_at, sha256 FROM blobs WHERE key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?
