-- What editors learn from what learners said: which sentences fitted no intent, and which of them were put aside.

-- Turns whose words fitted no intent, which are few.
CREATE INDEX turns_unmatched ON turns (at) WHERE evaluation->>'intent' IS NULL;

-- A digest and not the words: whoever said them may be erased, and this outlives them.
CREATE TABLE ignored_sentences (
    scene_id    TEXT NOT NULL,
    scene_turn  TEXT NOT NULL,
    digest      TEXT NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (scene_id, scene_turn, digest)
);
