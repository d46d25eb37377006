"""What decides a case: the connector's word held against the venue's truth.

Books are judged by one of three oracles, the strongest that the connector's word allows. *Exact*: it says
which version a book is, so the book must equal the truth at that version. *Trace*: it does not, so each book
must equal the truth at some version, and never go back. *Convergence*: the market stands still, so the book
must become the venue's by a deadline.
"""

from venueproof_suite.oracles.comparison import same_number, same_time
from venueproof_suite.oracles.convergence import converged_book
from venueproof_suite.oracles.exact import exact_book, exact_reply
from venueproof_suite.oracles.fields import must_equal
from venueproof_suite.oracles.instruments import STEPS, instrument_with
from venueproof_suite.oracles.prints import candle_of, trade_fields, trades_since
from venueproof_suite.oracles.reading import in_background, until
from venueproof_suite.oracles.trace import followed_books, traced_books

__all__ = [
    # books
    "converged_book",
    "exact_book",
    "exact_reply",
    "followed_books",
    "traced_books",
    # instruments
    "STEPS",
    "instrument_with",
    # other values
    "candle_of",
    "must_equal",
    "same_number",
    "same_time",
    "trade_fields",
    "trades_since",
    # reading streams
    "in_background",
    "until",
]
