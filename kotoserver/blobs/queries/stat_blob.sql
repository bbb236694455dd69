-- What there is to say about a blob without its content.
SELECT key, length(content), put_at, sha256 FROM blobs WHERE key = ?
