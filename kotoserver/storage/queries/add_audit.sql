-- Who did what.
INSERT INTO audit (audit_id, at, actor_id, action, subject, address, details)
VALUES ($1, $2, $3, $4, $5, $6, $7)
