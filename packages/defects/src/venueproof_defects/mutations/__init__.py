"""Mutations by subject. Every module has ``DEFECTS``: the broken connectors made of its mutations."""
