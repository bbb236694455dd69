-- Removes a class; its members stay learners.
DELETE FROM classes WHERE class_id = $1
