"""Mistakes and other good ways to say a sentence, made to try a scene with."""
