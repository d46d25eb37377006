"""Orders, fills and balances as they happen."""
