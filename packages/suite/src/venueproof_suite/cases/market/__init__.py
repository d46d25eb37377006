"""Market data by request."""
