"""Authored YAML becomes domain values, or diagnostics that name file, line and column."""
