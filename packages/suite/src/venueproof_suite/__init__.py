"""The catalogue of cases, its fixtures, oracles, runner and pytest plugin."""
