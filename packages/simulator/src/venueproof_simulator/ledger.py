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
        told_available: As in the last ``BalanceChanged``, so that one call tells a change once.
        told_total: Likewise.
    """

    __slots__ = ("account", "available", "locked", "told_available", "told_total")

    def __init__(self, account: str) -> None:
        self.account = account
        self.available = 0
        self.locked = 0
        self.told_available = 0
        self.told_total = 0


class Account:
    """An account's holdings by asset, and what it pays."""

    __slots__ = ("fees", "holdings", "name")

    def __init__(self, name: str, assets: Iterable[str], fees: FeeSchedule) -> None:
        self.name = name
        self.fees = fees
        self.holdings = {asset: Holding(name) for asset in assets}


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
            holding = account.holdings[asset] = Holding(account.name)
        holding.available += amount
        self.deposited[asset] += amount
        self._tell(holding, asset, time_ns, delta=amount)

    def settle(self, asset: str, touched: list[Holding], fees: int, time_ns: int) -> None:
        """End a call: tell each change once, and prove that money only moved. Empties ``touched``.

        Args:
            touched: Every holding of ``asset`` that the call may have changed; repeats do no harm.
            fees: What the venue collected in this call.

        Raises:
            InvariantBroken: Money was made or lost, or a holding is below zero.
        """
        moved = fees
        log = self._log
        for holding in touched:
            available = holding.available
            locked = holding.locked
            total = available + locked
            told_total = holding.told_total
            if available == holding.told_available and total == told_total:
                continue
            if available < 0 or locked < 0:
                raise InvariantBroken(
                    f"{holding.account} has {available} available and {locked} locked of {asset}"
                )
            moved += total - told_total
            holding.told_available = available
            holding.told_total = total
            log.append(
                BalanceChanged(len(log) + 1, time_ns, holding.account, asset, available, locked)
            )
        touched.clear()
        if moved:
            raise InvariantBroken(f"{moved} units of {asset} appeared from nowhere")
        if fees:
            self.collected[asset] += fees

    def check(self) -> None:
        """Audit every holding and every asset's total.

        Raises:
            InvariantBroken: With what is wrong, in numbers.
        """
        totals = self.collected.copy()
        for account in self._accounts:
            for asset, holding in account.holdings.items():
                if holding.available < 0 or holding.locked < 0:
                    raise InvariantBroken(
                        f"{account.name} has {holding.available} available and"
                        f" {holding.locked} locked of {asset}"
                    )
                totals[asset] += holding.available + holding.locked
        for asset, total in totals.items():
            if total != self.deposited[asset]:
                raise InvariantBroken(
                    f"{asset}: {self.deposited[asset]} deposited, {total} in the venue"
                )

    def _tell(self, holding: Holding, asset: str, time_ns: int, *, delta: int) -> None:
        holding.told_available = holding.available
        holding.told_total = holding.available + holding.locked
        self._log.append(
            BalanceChanged(
                len(self._log) + 1,
                time_ns,
                holding.account,
                asset,
                holding.available,
                holding.locked,
                delta,
            )
        )
