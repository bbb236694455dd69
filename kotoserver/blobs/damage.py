"""The error of bytes that are not those that were put."""

from kotoserver.domain.errors import NotFound, StorageFailed


def damaged(key: str) -> StorageFailed:
    return StorageFailed(
        f"{key} is not what was stored under this name; tell the operator.", code="blob_damaged", retryable=False
    )


def absent(key: str) -> NotFound:
    return NotFound(f"Nothing is stored under {key}.")
