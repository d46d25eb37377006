"""Signatures and secrets."""
