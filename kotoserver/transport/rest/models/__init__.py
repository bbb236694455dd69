"""The bodies of the REST API, by subject, and how they are filled from values."""
