"""The words of docs/operations.md, put to the proof on an empty Debian."""
