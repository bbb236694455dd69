"""Bytes kept by name."""

from kotoserver.blobs.open import open_blobs

__all__ = ["open_blobs"]
