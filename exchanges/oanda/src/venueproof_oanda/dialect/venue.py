"""The dialect itself: how a request and an event find their way through the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote

from venueproof_core.control import Credentials, DocumentedError, Operation
from venueproof_oanda.dialect import account, candles, orders, pricing, streams, trades
from venueproof_oanda.dialect.candles import Ticks
from venueproof_oanda.dialect.dependents import Dependents
from venueproof_oanda.dialect.error_catalogue import as_refusal, documented_errors
from venueproof_oanda.dialect.errors import STANDARD, bad, unauthorized
from venueproof_oanda.dialect.hours import past_time_ns
from venueproof_oanda.dialect.listings import BALANCES, BY_NAME, HOME, LISTINGS, TERMS_OF
from venueproof_oanda.dialect.order_requests import as_texts, body_of
from venueproof_oanda.dialect.streams import Streams
from venueproof_oanda.dialect.tiers import documented
from venueproof_oanda.dialect.transactions import AccountLog, Transactions
from venueproof_oanda.dialect.wire import as_unix, encode
from venueproof_simulator.connections import Connection
from venueproof_simulator.dialect import Dialect
from venueproof_simulator.limits import Window
from venueproof_simulator.quoting import LadderChanged, QuotingCore
from venueproof_simulator.quoting.market import DealerMarket
from venueproof_simulator.toolkit import Call, Refuse, Reply, Route
from venueproof_simulator.venue_core import Event, FeeSchedule
from venueproof_simulator.world import Account, World

Row = dict[str, Any]
ROUTES: tuple[Route, ...] = (
    *account.ROUTES,
    *orders.ROUTES,
    *trades.ROUTES,
    *pricing.ROUTES,
    *candles.ROUTES,
    *streams.ROUTES,
)


def _pattern(name: str) -> tuple[str, re.Pattern[str]]:
    method, _, path = name.partition(" ")
    return method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


_PATTERNS = [(*_pattern(route.name), route) for route in ROUTES]
# What has a name of its own stands before what takes any.
_PATTERNS.sort(key=lambda each: each[2].name.count("{"))


class OandaDialect(Dialect):
    """OANDA v20: REST, and two streams of lines."""

    name = "oanda"
    listings = LISTINGS
    balances = BALANCES
    fees = FeeSchedule(0, 0)

    documented = tuple(documented(ROUTES))

    def __init__(self, world: World) -> None:
        super().__init__(world)
        assert isinstance(world.core, QuotingCore)
        self.core: QuotingCore = world.core
        self.transactions = Transactions(self)
        self.dependents = Dependents(self)
        self.streams = Streams(self)
        self.ticks = Ticks(self)
        self._tokens: dict[str, Account] = {}
        self._requests = 0
        self._numbered: tuple[Call, str] | None = None
        self._window = Window("requests", 1, 120)

    @classmethod
    def make_core(cls) -> QuotingCore:
        return QuotingCore(
            [listing.rules for listing in cls.listings],
            home_asset=HOME,
            margin_rates={symbol: terms.margin_rate for symbol, terms in TERMS_OF.items()},
            conversion_spread=pricing.CONVERSION_SPREAD,
        )

    def make_market(self) -> DealerMarket:
        return DealerMarket(self.world, self.core, self.listings)

    @classmethod
    def past_time_ns(cls, now_ns: int, age_ns: int) -> int:
        return past_time_ns(now_ns, age_ns)

    def endpoints(self, host: str) -> dict[str, str]:
        return {"rest": f"http://{host}", "stream": f"http://{host}"}

    def credentials(self, seed: bytes) -> Credentials:
        user = int.from_bytes(seed[:4], "big") % 10**7
        return Credentials(
            token=f"{seed[:16].hex()}-{seed[16:].hex()}", account_id=f"101-004-{user:07d}-001"
        )

    def account_opened(self, account: Account) -> None:
        credentials = account.credentials
        assert credentials.token is not None
        assert credentials.account_id is not None
        self._tokens[credentials.token] = account
        ledger = AccountLog(account.name, credentials.account_id)
        self.transactions.accounts[account.name] = ledger
        site, division, user, number = credentials.account_id.split("-")
        fields = {
            "divisionID": int(division),
            "siteID": int(site),
            "accountUserID": int(user),
            "accountNumber": int(number),
            "homeCurrency": HOME,
        }
        ledger.add("CREATE", self.world.stamps.time_ns(), fields)
        self.transactions.catch_up()
        ledger.sent = len(ledger.rows)

    def order_id_text(self, order_id: int) -> str:
        self.transactions.catch_up()
        return self.transactions.order_ids[order_id]

    def trade_id_text(self, trade_id: int) -> str:
        return self.transactions.fill_ids.get(trade_id, str(trade_id))

    # ------------------------------------------------------------ requests

    def read(self, call: Call) -> None:
        call.pairs = parse_qsl(call.query, keep_blank_values=True)
        call.parameters = dict(call.pairs)
        for method, pattern, route in _PATTERNS:
            found = pattern.fullmatch(call.path)
            if found is not None and method == call.method:
                call.route = route
                call.operation = route.operation
                call.parameters |= {name: unquote(text) for name, text in found.groupdict().items()}
                break
        self._read_order(call)

    def _read_order(self, call: Call) -> None:
        name = call.parameters.get("instrument") or call.parameters.get("instruments")
        spec = call.parameters.get("orderSpecifier", "")
        if spec.startswith("@"):
            call.client_order_id = spec[1:]
        elif spec and call.route is not None:
            self._name_order(call, spec)
        if call.operation in (Operation.PLACE, Operation.REPLACE):
            try:
                order = as_texts(body_of(call.body, "order"))
            except Refuse:
                return
            texts = {key: str(value) for key, value in order.items()}
            call.parameters = {**texts, **call.parameters}
            extensions = order.get("clientExtensions")
            if isinstance(extensions, dict):
                call.client_order_id = str(extensions.get("id"))
            name = str(order.get("instrument"))
        if name in BY_NAME:
            call.symbol = BY_NAME[name].rules.symbol

    def _name_order(self, call: Call, spec: str) -> None:
        for ledger in self.transactions.accounts.values():
            order_id = ledger.orders.get(spec)
            if ledger.account_id == call.parameters.get("accountID") and order_id is not None:
                order = self.core.order(order_id)
                if order is not None:
                    call.client_order_id, call.symbol = order.client_order_id or None, order.symbol

    def answer(self, call: Call) -> Reply:
        if not self._window.take(1, self.world.timers.now_ns()):
            raise STANDARD["rate_limited"]
        self._authenticate(call)
        if call.route is None:
            known = any(pattern.fullmatch(call.path) for _, pattern, _ in _PATTERNS)
            raise Refuse(
                "", "Method not allowed" if known else "Not found", status=405 if known else 404
            )
        missing = [name for name in call.route.mandatory if name not in call.parameters]
        if missing:
            raise bad("The request was missing required data")
        self.transactions.catch_up()
        body = call.route.handler(self, call)
        headers = self._headers(call)
        if call.route in streams.ROUTES:
            return Reply(headers={**headers, "Content-Type": "application/octet-stream"})
        is_of_account = "accountID" in call.parameters and call.operation not in (
            Operation.ORDER_BOOK,
            Operation.CANDLES,
        )
        if is_of_account:
            body = {**body, "lastTransactionID": self._ledger(call).last_id}
        status = 201 if call.operation in (Operation.PLACE, Operation.REPLACE) else 200
        if status == 201:
            number = body["orderCreateTransaction"]["id"]
            headers["Location"] = f"/v3/accounts/{call.parameters['accountID']}/orders/{number}"
        return Reply(
            status=status,
            body=encode(as_unix(body) if self.is_unix(call) else body),
            headers=headers,
            book_version=call.book_version,
        )

    def _authenticate(self, call: Call) -> None:
        """Who holds the token; it opens his own accounts only.

        Raises:
            Refuse: 401.
        """
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        account = self._tokens.get(token.strip())
        call.signature = "missing" if not token else "valid" if account else "invalid"
        if scheme != "Bearer" or account is None:
            raise unauthorized()
        call.account = account
        wanted = call.parameters.get("accountID", account.credentials.account_id)
        if wanted != account.credentials.account_id:
            raise unauthorized()

    def _headers(self, call: Call) -> dict[str, str]:
        return {"Content-Type": "application/json", "RequestID": self.request_id(call)}

    def request_id(self, call: Call) -> str:
        """The number of a request; transactions that it makes carry it."""
        if self._numbered is None or self._numbered[0] is not call:
            self._requests += 1
            number = 24_000_000_000_000_000 + self.world.seed % 10**6 * 10**6 + self._requests
            self._numbered = call, str(number)
        return self._numbered[1]

    def refuse(self, call: Call, refusal: Refuse) -> Reply:
        body: Row = {}
        if refusal.data and "rows" in refusal.data:
            rows = refusal.data["rows"]
            body[refusal.data["key"]] = rows[-1]
            body["relatedTransactionIDs"] = [row["id"] for row in rows]
        if call.account is not None and (body or refusal.status == 404):
            body["lastTransactionID"] = self._ledger(call).last_id
        if refusal.code:
            body["errorCode"] = str(refusal.code)
        body["errorMessage"] = refusal.message
        headers = {**self._headers(call), **refusal.headers}
        return Reply(
            status=refusal.status,
            body=encode(as_unix(body) if self.is_unix(call) else body),
            headers=headers,
            code=str(refusal.code) or None,
        )

    def no_such(self, message: str) -> Refuse:
        """Something that there is not, without a code."""
        return Refuse("", message, status=404)

    def standard_refusal(self, kind: str, **values: float) -> Refuse:
        return STANDARD[kind]

    @classmethod
    def documented_errors(cls) -> Iterable[DocumentedError]:
        return documented_errors().values()

    def documented_refusal(self, error: DocumentedError, *, retry_after_s: float) -> Refuse:
        return as_refusal(error)

    # ------------------------------------------------------------ streams

    def accepts_stream(self, path: str) -> str | None:
        return None

    def accepts_lines(self, method: str, path: str) -> str | None:
        return self.streams.endpoint(path) if method == "GET" else None

    def stream_symbol(self, name: str) -> str | None:
        kind, _, rest = name.partition("/")
        return rest if kind == "pricing" else None

    def opened(self, connection: Connection, target: str) -> None:
        self.streams.opened(connection, target)

    async def received(self, connection: Connection, text: str) -> None:
        """Nothing comes in on a stream of lines."""

    def closed(self, connection: Connection) -> None:
        self.streams.closed(connection)

    def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, LadderChanged):
                self.ticks.add(event.symbol, event.ladder)
        self.transactions.catch_up()
        self.streams.publish(events)

    def limits(self) -> list[tuple[str, int, int, float, float]]:
        now_ns, window = self.world.timers.now_ns(), self._window
        return [(window.name, window.used(now_ns), window.limit, window.resets_in_s(now_ns), 0.0)]

    # ------------------------------------------------------------ what handlers ask

    def account_of(self, call: Call) -> Account:
        """Whose token came with the request."""
        assert call.account is not None
        return call.account

    def is_unix(self, call: Call) -> bool:
        """Whether the client wants times in seconds."""
        return str(call.headers.get("Accept-Datetime-Format", "")).upper() == "UNIX"

    def _ledger(self, call: Call) -> AccountLog:
        return self.transactions.accounts[self.account_of(call).name]

    @contextmanager
    def batch(self, call: Call) -> Iterator[list[Row]]:
        """Make the transactions of one request; the list holds them once it is over."""
        self.transactions.catch_up()
        ledger, done = self._ledger(call), list[Row]()
        start, ledger.batch_id = len(ledger.rows), None
        ledger.request_id = self.request_id(call)
        try:
            yield done
        finally:
            self.transactions.catch_up()
            done += ledger.rows[start:]
            ledger.request_id = ledger.batch_id = None
