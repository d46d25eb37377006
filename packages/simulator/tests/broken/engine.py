"""Mistakes of the order-matching core and its ledger, each caught by the state machine over them."""

from packages.simulator.tests.broken.mistakes import Mistake

_MATCHING = "venueproof_simulator.matching."
_TAKE = _MATCHING + "matcher:Matcher._take"
_SUBMIT = _MATCHING + "core:MatchingCore.submit"

MISTAKES = [
    # Fees and funds
    Mistake(
        "a seller's fee is one unit too much",
        _TAKE,
        "taker_fee = notional * taker_ppm // _PPM",
        "taker_fee = notional * taker_ppm // _PPM + 1",
    ),
    Mistake(
        "makers pay the taker's rate",
        _TAKE,
        "maker_fee = notional * maker_seat.maker_ppm",
        "maker_fee = notional * maker_seat.taker_ppm",
    ),
    Mistake(
        "a buyer's fee is told in the currency it pays with",
        _TAKE,
        "gives, gets = book.quote, book.base",
        "gives, gets = book.base, book.quote",
    ),
    Mistake(
        "makers' fees go to nobody",
        _TAKE,
        "book.quote_fees += maker_fees",
        "book.quote_fees += 0",
    ),
    Mistake(
        "funds of a cancelled order stay locked",
        _MATCHING + "resting:shrink",
        "unlocked = order.locked - kept",
        "unlocked = 0",
    ),
    Mistake(
        "a pair locks what both of its legs need",
        _MATCHING + "lists:locks",
        "beyond[other.order_id] = max(0, need(other) - need(bearer))",
        "beyond[other.order_id] = need(other)",
    ),
    Mistake(
        "an order is taken that cannot be paid for",
        _SUBMIT,
        "if need > (seat.quote if side is _BUY else seat.base).available:",
        "if False:",
    ),
    Mistake(
        "a buyer by amount gets one lot more than it pays for",
        _MATCHING + "sizing:quantity_for",
        "// price // lot_size * lot_size",
        "// price // lot_size * lot_size + lot_size",
    ),
    Mistake(
        "a deposit is not counted",
        "venueproof_simulator.ledger:Ledger.transfer",
        "holding.available += amount",
        "holding.available += 0",
    ),
    # The book
    Mistake(
        "the best level is lost",
        _MATCHING + "book:BookSide.best",
        "keys = self.keys if depth is None",
        "keys = self.keys[:-1] if depth is None",
    ),
    Mistake(
        "a level that is gone goes on being shown",
        _TAKE,
        "if quantity != level.told:",
        "if quantity and quantity != level.told:",
    ),
    Mistake(
        "an order's whole quantity is shown though it is an iceberg",
        _MATCHING + "matcher:Matcher.rest",
        "order.shown_quantity = shown = min(display, remaining)",
        "order.shown_quantity = shown = remaining",
    ),
    Mistake(
        "a past image of the book lacks its last change",
        _MATCHING + "history:BookHistory._replay",
        "self._changes[start:end]",
        "self._changes[start : end - 1]",
    ),
    Mistake(
        "book versions are skipped",
        _MATCHING + "book:Book.tell",
        "self.version = version = self.version + 1",
        "self.version = version = self.version + 2",
    ),
    # Matching
    Mistake(
        "the newest order at a price is filled first",
        _MATCHING + "matcher:Matcher.rest",
        "level.queue.append(order)",
        "level.queue.appendleft(order)",
    ),
    Mistake(
        "a worse price is filled before a better one",
        _MATCHING + "matcher:Matcher.rest",
        "insort(side.keys, key)",
        "side.keys.insert(0, key)",
    ),
    Mistake(
        "the refilled part of an iceberg keeps its place",
        _MATCHING + "resting:refresh",
        "level.queue.rotate(-1)",
        "level.queue.rotate(0)",
    ),
    Mistake(
        "an order that must fill whole or not at all fills in part",
        _MATCHING + "matcher:Matcher.execute",
        "if force is _FOK and not can_fill(opposite, order, limit_key):",
        "if False:",
    ),
    Mistake(
        "a post-only order takes",
        _SUBMIT,
        "if takes and request.post_only and not request.expires_when_taking:",
        "if False:",
    ),
    Mistake(
        "an account trades with itself in spite of its prevention",
        _TAKE,
        "is_guarded = taker.self_trade_prevention is not _NONE",
        "is_guarded = False",
    ),
    Mistake(
        "prevention that should decrement ends the resting order",
        _MATCHING + "matcher:Matcher._prevent",
        "prevented = common if is_decrement else maker.remaining_quantity",
        "prevented = maker.remaining_quantity",
    ),
    Mistake(
        "a halted market goes on trading",
        _SUBMIT,
        "if rules.status is not _TRADING:",
        "if False:",
    ),
    Mistake(
        "a client order id in use is taken again",
        _SUBMIT,
        "if client_order_id in seat.open:",
        "if False:",
    ),
    # What waits, and lists
    Mistake(
        "a stop price that is just reached does not trigger",
        _MATCHING + "triggers:Triggers.pop_reached",
        "heap[0][0] <= bound",
        "heap[0][0] < bound",
    ),
    Mistake(
        "a trailing stop forgets the best price",
        _MATCHING + "triggers:Trail.turns",
        "self.best = best = max(best, price)",
        "self.best = best = price",
    ),
    Mistake(
        "the other leg of a pair stays alive",
        _MATCHING + "contingencies:Contingencies._expire_others",
        "if other is not leg and other.remaining_quantity:",
        "if False:",
    ),
    Mistake(
        "held legs are released by a first partial fill",
        _MATCHING + "contingencies:Contingencies._step",
        "if held and leg.status is OrderStatus.FILLED:",
        "if held and leg.filled_quantity:",
    ),
    Mistake(
        "the end of a list is not told",
        _MATCHING + "contingencies:Contingencies._finish",
        "self._tell(ListEvent.DONE, order_list, time_ns)",
        "pass",
    ),
    # The log
    Mistake(
        "a trade's number is given out twice",
        _TAKE,
        "len(trades) + 1,",
        "len(trades) or 1,",
    ),
    Mistake(
        "maker and taker are told the wrong way round",
        _TAKE,
        "                    taker,\n                    maker,\n",
        "                    maker,\n                    taker,\n",
    ),
    Mistake(
        "a partial fill is told as the last one",
        _TAKE,
        "_PARTIALLY_FILLED if remaining else _FILLED,",
        "_FILLED,",
    ),
    Mistake(
        "what is left after a partial fill is one lot too little",
        _TAKE,
        "left = open_quantity - quantity\n",
        "left = max(0, open_quantity - quantity - book.rules.lot_size)\n",
    ),
    Mistake(
        "a level is told before the cancel that changed it",
        _MATCHING + "matcher:Matcher.withdraw",
        "log = self.log\n",
        "log = self.log\n"
        "        if level is not None:\n"
        "            side = book.bids if order.side is _BUY else book.asks\n"
        "            level = book.tell(side, level, log, time_ns)\n",
    ),
    Mistake(
        "time goes backwards",
        _MATCHING + "matcher:Matcher.withdraw",
        "                len(log) + 1,\n                time_ns,\n",
        "                len(log) + 1,\n                time_ns - 5,\n",
    ),
    Mistake(
        "a number of the event sequence is given out twice",
        _MATCHING + "book:Book.tell",
        "len(log) + 1, time_ns",
        "len(log), time_ns",
    ),
    Mistake(
        "a balance is told only if its available part has changed",
        "venueproof_simulator.ledger:Ledger.settle",
        "if available == told.available and locked == told.locked:",
        "if available == told.available:",
    ),
    Mistake(
        "a cancel is told under the new client order id",
        _MATCHING + "matcher:Matcher.withdraw",
        "                before,\n",
        "                order.client_order_id,\n",
    ),
]
