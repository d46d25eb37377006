"""ccxt as a connector: its async REST client and the streams of ccxt.pro.

Each method makes the requests that ccxt makes when it is called directly, and no other; nothing is retried,
repaired or kept here. ccxt itself is imported by ``connect`` and by nothing else.
"""

from venueproof_bridges.ccxt.bridge import CcxtBridge
from venueproof_bridges.ccxt.errors import errors_table
from venueproof_bridges.ccxt.settings import CcxtSettings

__all__ = ["CcxtBridge", "CcxtSettings", "errors_table"]
