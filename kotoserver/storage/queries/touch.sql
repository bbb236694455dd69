-- A write that changes nothing, to learn whether the database takes any.
UPDATE migrations SET digest = digest WHERE name = (SELECT min(name) FROM migrations)
