"""Measurements of speed and memory; each prints ratios within one run, since machines are noisy."""
