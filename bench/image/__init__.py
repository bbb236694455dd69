"""What the image weighs, and how fast a container of it is ready."""
