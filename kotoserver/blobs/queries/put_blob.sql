-- Stores a blob, or another content under its key. put_at: seconds since 1970.
INSERT INTO blobs (key, content, sha256, put_at) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET content = excluded.content, sha256 = excluded.sha256, put_at = excluded.put_at
