"""The developer console under /console."""
