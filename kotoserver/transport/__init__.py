"""HTTP, sockets and pages: the rim that translates."""
