"""What the stores cost, and how soon a client that was cut off has what it missed."""
