"""Proof that an exchange connector is correct, resilient and fast, before it trades."""
