"""New ids: a prefix that says what it names, and 80 random bits."""

import secrets


def new_id(prefix: str) -> str:
    """Such as `sess_5f0c…`: opaque, unguessable enough to be unique, never a secret by itself."""
    return f"{prefix}_{secrets.token_hex(10)}"
