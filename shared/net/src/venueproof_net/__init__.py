"""Parts of a good connector: HTTP, streams, local book, order tracker, recovery, rates, retry, clocks."""
