-- A blob's content with its digest.
SELECT content, sha256 FROM blobs WHERE key = ?
