-- What editors have put aside in a scene.
SELECT scene_turn, digest FROM ignored_sentences WHERE scene_id = $1
