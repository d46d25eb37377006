"""The project's figures, each module measuring its own beside a yardstick; ``nox -s bench`` prints them all."""
