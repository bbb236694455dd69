"""What the program asks of the outside world, as small abstract classes."""
