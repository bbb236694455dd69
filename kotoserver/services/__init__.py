"""Use cases: what the product does for somebody."""
