"""News between processes, locks and rates."""
