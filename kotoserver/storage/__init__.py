"""Sessions, turns and events in a database."""
