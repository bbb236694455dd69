"""Whether it is said rightly: particles, endings, counters, order, honorifics and speech level."""
