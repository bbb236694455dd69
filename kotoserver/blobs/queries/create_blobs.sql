-- The only table of the file of small blobs.
CREATE TABLE IF NOT EXISTS blobs (
    key     TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    sha256  TEXT NOT NULL,
    put_at  REAL NOT NULL
)
