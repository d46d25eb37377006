"""The command ``venueproof``. It composes the other packages and decides nothing about connectors itself."""
