-- Signs one device out.
DELETE FROM sign_ins WHERE sign_in_id = $1
