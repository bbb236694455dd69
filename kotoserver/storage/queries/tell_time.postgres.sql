-- The server's own clock.
SELECT clock_timestamp() AS at
