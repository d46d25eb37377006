"""Who has how much of what, exactly: available and locked funds, collected fees, outside deposits.

Trading moves money between holdings; the ledger sees to it that each call moved it, and made none. A fee
leaves the account that pays it and is collected by the venue, in the asset it was charged in.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from venueproof_simulator.venue_core import (
    BalanceChanged,
    Event,
    FeeSchedule,
    InvariantBroken,
    Refusal,
    Refused,
)


class Holding:
    """What one account has of one asset, in units.

    Attributes:
        told: The last ``BalanceChanged`` about it; before the first one, an empty one that is not logged.
    """

    __slots__ = ("account", "asset", "available", "locked", "told")

    def __init__(self, account: str, asset: str) -> None:
        self.account = account
        self.asset = asset
        self.available = 0
        self.locked = 0
        self.told = BalanceChanged(0, 0, account, asset, 0, 0)


class Account:
    """An account's holdings by asset, and what it pays."""

    __slots__ = ("fees", "holdings", "name")

    def __init__(self, name: str, assets: Iterable[str], fees: FeeSchedule) -> None:
        self.name = name
        self.fees = fees
        self.holdings = {asset: Holding(name, asset) for asset in assets}


class Settlement:
    """What one call moves between holdings of two assets.

    Attributes:
        touched: Every holding that the call may have changed; repeats do no harm.
        base_fees: Collected by the venue in this call.
        quote_fees: Likewise.
    """

    __slots__ = ("base", "base_fees", "quote", "quote_fees", "touched")

    def __init__(self, base: str, quote: str) -> None:
        self.base = base
        self.quote = quote
        self.touched: list[Holding] = []
        self.base_fees = 0
        self.quote_fees = 0


class Ledger:
    """All accounts' money, and the two ways it enters or leaves: from outside, and as fees.

    Attributes:
        collected: Fees by asset; negative where rebates exceed them.
        deposited: What came from outside less what went, by asset.
    """

    def __init__(self, log: list[Event]) -> None:
        self._log = log
        self._accounts: list[Account] = []
        self.collected: defaultdict[str, int] = defaultdict(int)
        self.deposited: defaultdict[str, int] = defaultdict(int)

    def open(self, account: Account, balances: Mapping[str, int], *, time_ns: int) -> None:
        """Add an account and deposit its first funds."""
        self._accounts.append(account)
        for asset, amount in balances.items():
            self.transfer(account, asset, amount, time_ns=time_ns)

    def transfer(self, account: Account, asset: str, amount: int, *, time_ns: int) -> None:
        """Move money in or out (negative) from outside.

        Raises:
            Refused: INSUFFICIENT_BALANCE: less than that is available.
        """
        holding = account.holdings.get(asset)
        if (holding.available if holding else 0) + amount < 0:
            raise Refused(Refusal.INSUFFICIENT_BALANCE)
        if amount == 0:
            return
        if holding is None:
            holding = account.holdings[asset] = Holding(account.name, asset)
        holding.available += amount
        self.deposited[asset] += amount
        holding.told = told = BalanceChanged(
            len(self._log) + 1,
            time_ns,
            holding.account,
            asset,
            holding.available,
            holding.locked,
            amount,
        )
        self._log.append(told)

    def settle(self, call: Settlement, time_ns: int) -> None:
        """End a call: tell each change once, and prove that money only moved. Empties ``call``.

        Raises:
            InvariantBroken: Money was made or lost, or a holding is below zero.
        """
        log = self._log
        base = call.base
        base_moved = base_fees = call.base_fees
        quote_moved = quote_fees = call.quote_fees
        for holding in call.touched:
            available = holding.available
            locked = holding.locked
            told = holding.told
            if available == told.available and locked == told.locked:
                continue
            asset = holding.asset
            if available < 0 or locked < 0:
                raise InvariantBroken(f"{_describe(holding)}: money that is not there")
            if asset == base:
                base_moved += available - told.available + locked - told.locked
            else:
                quote_moved += available - told.available + locked - told.locked
            holding.told = told = BalanceChanged(
                len(log) + 1, time_ns, holding.account, asset, available, locked
            )
            log.append(told)
        call.touched.clear()
        if base_moved or quote_moved:
            raise InvariantBroken(
                f"{base_moved} units of {base} and {quote_moved} of {call.quote} from nowhere"
            )
        if base_fees:
            self.collected[base] += base_fees
            call.base_fees = 0
        if quote_fees:
            self.collected[call.quote] += quote_fees
            call.quote_fees = 0

    def check(self) -> None:
        """Audit every holding and every asset's total.

        Raises:
            InvariantBroken: With what is wrong, in numbers.
        """
        totals = self.collected.copy()
        for account in self._accounts:
            for asset, holding in account.holdings.items():
                if holding.available < 0 or holding.locked < 0:
                    raise InvariantBroken(f"{_describe(holding)}: money that is not there")
                totals[asset] += holding.available + holding.locked
        for asset, total in totals.items():
            if total != self.deposited[asset]:
                raise InvariantBroken(
                    f"{asset}: {self.deposited[asset]} deposited, {total} in the venue"
                )


def _describe(holding: Holding) -> str:
    return (
        f"{holding.account} has {holding.available} available and"
        f" {holding.locked} locked of {holding.asset}"
    )
