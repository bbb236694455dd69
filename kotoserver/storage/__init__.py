"""Sessions, turns and events in a database."""

from kotoserver.storage.open import open_storage

__all__ = ["open_storage"]
