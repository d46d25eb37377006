"""Refusals, broken replies and what is tried again."""
