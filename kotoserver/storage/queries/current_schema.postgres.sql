-- The schema in which unqualified names are made; empty when there is none.
SELECT coalesce(current_schema(), '')
