"""Bytes kept by name."""
