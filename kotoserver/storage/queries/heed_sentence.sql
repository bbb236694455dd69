-- A sentence is looked at again that was put aside.
DELETE FROM ignored_sentences WHERE scene_id = $1 AND scene_turn = $2 AND digest = $3
