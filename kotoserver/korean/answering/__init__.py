"""Whether it answers: which intent it fulfils, with which values, and whether the message came across."""
