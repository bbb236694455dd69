"""Sessions, turns and events in a database."""

from kotoserver.storage.dumps import open_dumps
from kotoserver.storage.open import open_storage

__all__ = ["open_dumps", "open_storage"]
