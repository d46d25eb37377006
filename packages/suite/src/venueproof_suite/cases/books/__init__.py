"""Order books: requested, streamed, and healed."""
