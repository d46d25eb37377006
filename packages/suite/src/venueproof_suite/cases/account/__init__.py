"""Balances, fills, fees and histories."""
