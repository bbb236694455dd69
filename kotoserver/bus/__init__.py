"""News between processes, locks and rates."""

from kotoserver.bus.open import open_bus

__all__ = ["open_bus"]
