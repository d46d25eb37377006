"""Parallel use."""
