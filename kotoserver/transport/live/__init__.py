"""The WebSocket under /koto/ws."""
