"""What may be wrong with a file whose keys are all in order, one kind of mistake per module."""
