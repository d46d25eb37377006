"""The catalogue: one folder per area, its cases in modules ``test_*.py``."""
