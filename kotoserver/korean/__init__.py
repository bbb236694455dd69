"""Judges Korean: pure functions over tokens, one stage per file."""
