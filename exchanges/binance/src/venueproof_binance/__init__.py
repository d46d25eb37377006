"""Binance Spot for venueproof: connector, dialect, capabilities."""
