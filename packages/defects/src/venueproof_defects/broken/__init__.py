"""Parts with one method wrong, by the part they replace. Modules of ``mutations`` make defects of them."""
