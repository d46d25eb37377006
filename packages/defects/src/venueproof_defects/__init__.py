"""Broken connectors: mutations by seam, defects, and the proof that every case catches its own."""
