"""Streams: what keeps them alive, and what they carry."""
