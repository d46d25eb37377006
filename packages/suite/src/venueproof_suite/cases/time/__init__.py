"""Clocks: the venue's, ours, and stamps between them."""
