"""Clients that nobody here wrote, unmodified but for the URL, against the simulated venue."""
