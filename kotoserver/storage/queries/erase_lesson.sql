-- Removes a lesson, provided that it is stored at the revision $2, where one is given.
DELETE FROM lessons WHERE lesson_id = $1 AND ($2 = 0 OR revision = $2)
