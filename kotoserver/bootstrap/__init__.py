"""Joining the parts: the only place that knows every concrete class."""
