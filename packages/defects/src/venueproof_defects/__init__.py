"""Broken connectors, and the proof that the suite catches each of them."""

from venueproof_defects.proxy import Rewriter
from venueproof_defects.seams import with_parts, with_proxy, with_settings, with_tables

__all__ = ["Rewriter", "with_parts", "with_proxy", "with_settings", "with_tables"]
