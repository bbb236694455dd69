"""Sound files: writing them, and later reading them."""
