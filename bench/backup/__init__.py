"""How long a backup of many turns takes, and its restore."""
