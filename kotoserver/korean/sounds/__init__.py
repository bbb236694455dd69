"""Hangul below the word: letters, how they sound, and how a mouth forms them."""
