-- Records an applied migration.
INSERT INTO migrations (name, digest, applied_at) VALUES ($1, $2, $3)
