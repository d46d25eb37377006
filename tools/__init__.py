"""What keeps the workspace together: used by nox, by continuous integration and by hand. Never published."""
