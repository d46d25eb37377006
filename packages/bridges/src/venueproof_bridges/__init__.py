"""Connectors that nobody here wrote: ccxt, blocking SDKs, any program by JSON lines."""
