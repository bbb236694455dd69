"""The REST API under /koto-api."""
