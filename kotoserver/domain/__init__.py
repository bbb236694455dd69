"""Values and rules of Korean Together: no input or output, no async, no clock, no randomness."""
