-- What was done before $1: one action (any when $3 is empty), by or to $4 (anybody when empty), newest first.
SELECT audit_id, at, actor_id, action, subject, address, details
FROM audit
WHERE at < $1 AND ($3 = '' OR action = $3) AND ($4 = '' OR actor_id = $4 OR subject = $4)
ORDER BY at DESC, audit_id DESC
LIMIT $2
