-- Trigrams: pieces of three characters, by which SQLite finds text inside text. Postgres has an index for it
-- (queries/create_utterance_index.postgres.sql), which keeps itself.
-- The index holds no text of its own, so each utterance has a number in a table beside it: the hidden numbers of
-- `turns` change when the file is vacuumed.

CREATE TABLE utterances (
    utterance_id  INTEGER PRIMARY KEY,
    session_id    TEXT NOT NULL,
    turn_id       TEXT NOT NULL,
    UNIQUE (session_id, turn_id)
);

CREATE VIRTUAL TABLE utterance_trigrams USING fts5 (folded, content = '', tokenize = 'trigram case_sensitive 1');

CREATE TRIGGER utterance_said AFTER INSERT ON turns BEGIN
    INSERT INTO utterances (session_id, turn_id) VALUES (new.session_id, new.turn_id);
    INSERT INTO utterance_trigrams (rowid, folded)
    SELECT utterance_id, new.folded FROM utterances
    WHERE session_id = new.session_id AND turn_id = new.turn_id;
END;

CREATE TRIGGER utterance_changed AFTER UPDATE OF folded ON turns BEGIN
    INSERT INTO utterance_trigrams (utterance_trigrams, rowid, folded)
    SELECT 'delete', utterance_id, old.folded FROM utterances
    WHERE session_id = old.session_id AND turn_id = old.turn_id;
    INSERT INTO utterance_trigrams (rowid, folded)
    SELECT utterance_id, new.folded FROM utterances
    WHERE session_id = new.session_id AND turn_id = new.turn_id;
END;

-- Fires also for turns that go with their session or their learner.
CREATE TRIGGER utterance_erased AFTER DELETE ON turns BEGIN
    INSERT INTO utterance_trigrams (utterance_trigrams, rowid, folded)
    SELECT 'delete', utterance_id, old.folded FROM utterances
    WHERE session_id = old.session_id AND turn_id = old.turn_id;
    DELETE FROM utterances WHERE session_id = old.session_id AND turn_id = old.turn_id;
END;

INSERT INTO utterances (session_id, turn_id) SELECT session_id, turn_id FROM turns;

INSERT INTO utterance_trigrams (rowid, folded)
SELECT utterance_id, folded FROM utterances JOIN turns USING (session_id, turn_id);
