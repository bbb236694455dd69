-- An editor put a sentence aside.
INSERT INTO ignored_sentences (scene_id, scene_turn, digest, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (scene_id, scene_turn, digest) DO NOTHING
