"""Placing, changing and ending orders."""
