"""Engines made real, one file per technology."""
