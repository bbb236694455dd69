-- What was applied, in order, each with the SHA-256 of its script.
SELECT name, digest FROM migrations ORDER BY name
