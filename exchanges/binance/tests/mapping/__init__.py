"""The venue's payloads to domain values and back."""
