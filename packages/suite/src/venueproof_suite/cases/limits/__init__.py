"""Rate limits, kept and not feared."""
