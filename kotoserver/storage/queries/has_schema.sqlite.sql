-- One row where there is a schema.
SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'
