"""Reading what clients ask for: an order, and the orders that a fill is to make.

Source: https://developer.oanda.com/rest-live-v20/order-df/
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import msgspec

from venueproof_core.models import OrderType, Side, TimeInForce
from venueproof_oanda.dialect.errors import INVALID_PARAMETER, Rejected, bad
from venueproof_oanda.dialect.hours import day_end_ns
from venueproof_oanda.dialect.listings import BY_NAME, TERMS_OF
from venueproof_oanda.dialect.transactions import SPEC, Spec
from venueproof_oanda.dialect.wire import plain, price, read_time, rfc3339
from venueproof_simulator.quoting import TERMS, MarginTrade, PositionFill, Terms, TriggerBy
from venueproof_simulator.venue_core import SCALE, SubmitOrder, to_units

if TYPE_CHECKING:
    from venueproof_oanda.dialect.venue import OandaDialect

Row = dict[str, Any]
ENTRY = ("MARKET", "LIMIT", "STOP", "MARKET_IF_TOUCHED")
DEPENDENT = {
    "TAKE_PROFIT": "takeProfit",
    "STOP_LOSS": "stopLoss",
    "TRAILING_STOP_LOSS": "trailingStopLoss",
}
_FORCES = {
    "MARKET": ("FOK", "IOC"),
    "LIMIT": ("GTC", "GTD", "GFD", "FOK", "IOC"),
    "STOP": ("GTC", "GTD", "GFD", "FOK", "IOC"),
}
_RESTING = ("GTC", "GTD", "GFD")
_TRIGGERS = {
    "DEFAULT": TriggerBy.DEFAULT,
    "INVERSE": TriggerBy.INVERSE,
    "BID": TriggerBy.BID,
    "ASK": TriggerBy.ASK,
    "MID": TriggerBy.MIDDLE,
}
_LONGEST = 128
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def body_of(body: bytes, name: str | None = None) -> Row:
    """A request's body, or the object in it that matters.

    Raises:
        Refuse: It is no object, or lacks it.
    """
    try:
        found = _decode(body) if body else {}
    except (msgspec.DecodeError, InvalidOperation):
        raise bad("Unable to parse the request body", INVALID_PARAMETER) from None
    if name is not None and isinstance(found, dict):
        found = found.get(name)
    if not isinstance(found, dict):
        raise bad(
            f"Required property '{name}' is missing" if name else "Invalid body", INVALID_PARAMETER
        )
    return found


def as_texts(fields: Row) -> Row:
    """The same with every number as text."""
    return {
        name: as_texts(value)
        if isinstance(value, dict)
        else f"{value:f}"
        if isinstance(value, Decimal)
        else str(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else value
        for name, value in fields.items()
        if value is not None
    }


def number(value: Any) -> int | None:
    """A number in units of 1e-8; ``None`` where it is none."""
    try:
        found = Decimal(value) if isinstance(value, str) else Decimal(str(value))
        return None if isinstance(value, bool) or not found.is_finite() else to_units(found)
    except (InvalidOperation, ValueError):
        return None


class OrderReader:
    """Reads one order of an account; every check that fails says with which reason.

    Attributes:
        kind: Its type.
        fields: Of the transactions that tell of it, as far as it has been read.
    """

    def __init__(self, dialect: OandaDialect, account: str, order: Row) -> None:
        self._dialect = dialect
        self._account = account
        self._order = as_texts(order)
        self.kind = str(self._order.get("type"))
        if self.kind not in (*ENTRY, *DEPENDENT):
            raise bad("Invalid value specified for 'order.type'", INVALID_PARAMETER)
        self.fields = {name: value for name, value in self._order.items() if name != "type"}
        self._symbol = ""
        if self.kind in ENTRY:
            listing = BY_NAME.get(str(self._order.get("instrument")))
            if listing is None:
                raise bad("Invalid value specified for 'order.instrument'", INVALID_PARAMETER)
            self._symbol = listing.rules.symbol

    def read(self, notes: Row, *, replaced: int | None = None) -> SubmitOrder:
        """The order as the core takes it.

        Args:
            replaced: Core id of the order whose client id it may take over.

        Raises:
            Rejected: It is not to be had.
        """
        request = self._entry() if self.kind in ENTRY else self._dependent(replaced)
        self._check_client_id(replaced)
        spec = Spec(kind=self.kind, fields=self.fields, notes=notes)
        attributes = {**(request.attributes or {}), SPEC: spec}
        return msgspec.structs.replace(request, attributes=attributes)

    # ------------------------------------------------------------ entry orders

    def _entry(self) -> SubmitOrder:
        rules = self._dialect.core.instruments[self._symbol]
        units = self._units()
        side = Side.BUY if units > 0 else Side.SELL
        at = None if self.kind == "MARKET" else self._price("price", "PRICE")
        bound = self._price("priceBound", "PRICE_BOUND") if "priceBound" in self._order else None
        force, expires_ns = self._time_in_force(_FORCES.get(self.kind, _RESTING))
        terms = Terms(
            position_fill=self._position_fill(),
            trigger_by=self._trigger() if self.kind != "MARKET" else TriggerBy.DEFAULT,
            expires_time_ns=expires_ns,
        )
        self._read_on_fill()
        order_type, stop, limit = OrderType.MARKET, None, bound
        if self.kind == "LIMIT":
            order_type, limit = OrderType.LIMIT, at
        elif self.kind == "STOP":
            order_type, stop = OrderType.STOP, at
        elif self.kind == "MARKET_IF_TOUCHED":
            assert at is not None
            quote = self._dialect.core.prices.quote(self._symbol)
            now = quote.ask if side is Side.BUY else quote.bid
            self.fields["initialMarketPrice"] = price(self._symbol, now)
            is_stop = at > now if side is Side.BUY else at < now
            order_type, stop = (OrderType.STOP if is_stop else OrderType.TAKE_PROFIT), at
        return SubmitOrder(
            account=self._account,
            symbol=rules.symbol,
            side=side,
            order_type=order_type,
            client_order_id=self._client_id(),
            quantity=abs(units),
            price=limit,
            stop_price=stop,
            time_in_force=force,
            attributes={TERMS: terms},
        )

    def _units(self) -> int:
        rules = self._dialect.core.instruments[self._symbol]
        if "units" not in self._order:
            raise Rejected("UNITS_MISSING")
        text = self._order["units"]
        units = number(text)
        if units is None and _is_number(text):
            raise Rejected("UNITS_PRECISION_EXCEEDED")
        if not units:
            raise Rejected("UNITS_INVALID")
        if units % (SCALE // 10 ** TERMS_OF[self._symbol].unit_digits):
            raise Rejected("UNITS_PRECISION_EXCEEDED")
        if abs(units) < rules.minimum_quantity:
            raise Rejected("UNITS_MINIMUM_NOT_MET")
        if rules.maximum_quantity is not None and abs(units) > rules.maximum_quantity:
            raise Rejected("UNITS_LIMIT_EXCEEDED")
        self.fields["units"] = plain(units)
        return units

    def _price(self, name: str, family: str, prefix: str = "") -> int:
        source = self._order if not prefix else self._order[name]
        key = name if not prefix else "price"
        if key not in source:
            raise Rejected(f"{prefix}{family}_MISSING")
        at = number(source[key])
        if at is None and _is_number(source[key]):
            raise Rejected(f"{prefix}{family}_PRECISION_EXCEEDED")
        if at is None or at <= 0:
            raise Rejected(f"{prefix}{family}_INVALID")
        if at % self._dialect.core.instruments[self._symbol].tick_size:
            raise Rejected(f"{prefix}{family}_PRECISION_EXCEEDED")
        if not prefix:
            self.fields[name] = price(self._symbol, at)
        return at

    def _time_in_force(self, allowed: tuple[str, ...]) -> tuple[TimeInForce, int | None]:
        default = "FOK" if self.kind == "MARKET" else "GTC"
        text = self.fields.setdefault("timeInForce", default)
        if text not in allowed:
            raise Rejected("TIME_IN_FORCE_INVALID")
        now_ns = self._dialect.world.stamps.time_ns()
        if text == "GFD":
            return TimeInForce.DAY, day_end_ns(now_ns)
        if text != "GTD":
            return TimeInForce(text), None
        if "gtdTime" not in self._order:
            raise Rejected("TIME_IN_FORCE_GTD_TIMESTAMP_MISSING")
        expires_ns = read_time(str(self._order["gtdTime"]))
        if expires_ns is None or expires_ns <= now_ns:
            raise Rejected("TIME_IN_FORCE_GTD_TIMESTAMP_IN_PAST")
        self.fields["gtdTime"] = rfc3339(expires_ns)
        return TimeInForce.GTD, expires_ns

    def _position_fill(self) -> PositionFill:
        try:
            return PositionFill(self.fields.setdefault("positionFill", "DEFAULT"))
        except ValueError:
            raise Rejected("ORDER_FILL_POSITION_ACTION_INVALID") from None

    def _trigger(self) -> TriggerBy:
        found = _TRIGGERS.get(self.fields.setdefault("triggerCondition", "DEFAULT"))
        if found is None:
            raise Rejected("TRIGGER_CONDITION_INVALID")
        return found

    # ------------------------------------------------------------ orders on fill

    def _read_on_fill(self) -> None:
        for kind, name in DEPENDENT.items():
            key = f"{name}OnFill"
            details = self._order.get(key)
            if details is None:
                continue
            if not isinstance(details, dict):
                raise bad(f"Invalid value specified for 'order.{key}'", INVALID_PARAMETER)
            prefix = f"{kind}_ON_FILL_"
            if kind == "TRAILING_STOP_LOSS":
                self._distance(details, f"{prefix}PRICE_DISTANCE")
            elif kind == "STOP_LOSS":
                self._either(details, prefix)
                if "distance" in details:
                    self._distance(details, f"{prefix}DISTANCE", is_bounded=False)
            if ("price" in details and kind != "TRAILING_STOP_LOSS") or kind == "TAKE_PROFIT":
                self._price(key, "PRICE", prefix)
            if details.get("timeInForce", "GTC") not in _RESTING:
                raise Rejected(f"{prefix}TIME_IN_FORCE_INVALID")
            if details.get("timeInForce") == "GTD":
                self._check_expiry(details, prefix)
            self.fields[key] = {"timeInForce": "GTC", **details}

    def _either(self, details: Row, prefix: str) -> None:
        if "price" in details and "distance" in details:
            raise Rejected(f"{prefix}PRICE_AND_DISTANCE_BOTH_SPECIFIED")
        if "price" not in details and "distance" not in details:
            raise Rejected(f"{prefix}PRICE_AND_DISTANCE_BOTH_MISSING")

    def _check_expiry(self, details: Row, prefix: str) -> None:
        if "gtdTime" not in details:
            raise Rejected(f"{prefix}GTD_TIMESTAMP_MISSING")
        expires_ns = read_time(str(details["gtdTime"]))
        if expires_ns is None or expires_ns <= self._dialect.world.stamps.time_ns():
            raise Rejected(f"{prefix}GTD_TIMESTAMP_IN_PAST")

    def _distance(self, details: Row, family: str, *, is_bounded: bool = True) -> int:
        terms = TERMS_OF[self._symbol]
        if "distance" not in details:
            raise Rejected(f"{family}_MISSING")
        distance = number(details["distance"])
        if distance is None or distance <= 0:
            raise Rejected(f"{family}_INVALID")
        if distance % self._dialect.core.instruments[self._symbol].tick_size:
            raise Rejected(f"{family}_PRECISION_EXCEEDED")
        if is_bounded and distance < to_units(Decimal(terms.smallest_trail)):
            raise Rejected(f"{family}_MINIMUM_NOT_MET")
        if is_bounded and distance > to_units(Decimal(terms.largest_trail)):
            raise Rejected(f"{family}_MAXIMUM_EXCEEDED")
        return distance

    # ------------------------------------------------------------ orders of a trade

    def _dependent(self, replaced: int | None) -> SubmitOrder:
        trade = self._trade()
        self._symbol = trade.symbol
        if self._dialect.dependents.find(trade.trade_id, self.kind) not in (None, replaced):
            raise Rejected(f"{self.kind}_ORDER_ALREADY_EXISTS")
        side = Side.SELL if trade.units > 0 else Side.BUY
        quote = self._dialect.core.prices.quote(trade.symbol)
        trail, order_type = None, OrderType.STOP
        if self.kind == "TRAILING_STOP_LOSS":
            trail = self._distance(self._order, "PRICE_DISTANCE")
            stop = quote.bid - trail if side is Side.SELL else quote.ask + trail
        elif self.kind == "STOP_LOSS":
            self._either(self._order, "STOP_LOSS_ORDER_")
            if "price" in self._order:
                stop = self._price("price", "PRICE")
            else:
                distance = self._distance(self._order, "PRICE_DISTANCE", is_bounded=False)
                # Counted from the price that does not close it: the ask of a long trade.
                stop = quote.ask - distance if side is Side.SELL else quote.bid + distance
                self.fields["price"] = price(trade.symbol, stop)
        else:
            order_type, stop = OrderType.TAKE_PROFIT, self._price("price", "PRICE")
        force, expires_ns = self._time_in_force(_RESTING)
        terms = Terms(
            trigger_by=self._trigger(),
            expires_time_ns=expires_ns,
            trade_id=trade.trade_id,
            trailing_distance=trail,
        )
        return SubmitOrder(
            account=self._account,
            symbol=trade.symbol,
            side=side,
            order_type=order_type,
            client_order_id=self._client_id(),
            stop_price=stop,
            time_in_force=force,
            attributes={TERMS: terms},
        )

    def _trade(self) -> MarginTrade:
        spec = self._order.get("tradeID") or self._order.get("clientTradeID")
        if not spec:
            raise Rejected("TRADE_ID_UNSPECIFIED")
        text = str(spec) if "tradeID" in self._order else f"@{spec}"
        trade = self._dialect.dependents.trade(self._account, text)
        if trade is None or not trade.is_open:
            raise Rejected("TRADE_DOESNT_EXIST")
        return trade

    # ------------------------------------------------------------ names

    def _client_id(self) -> str:
        extensions = self._order.get("clientExtensions")
        return str(extensions.get("id", "")) if isinstance(extensions, dict) else ""

    def _check_client_id(self, replaced: int | None) -> None:
        name = self._client_id()
        if len(name) > _LONGEST:
            raise Rejected("CLIENT_ORDER_ID_INVALID")
        for order in self._dialect.core.open_orders(self._account) if name else ():
            if order.client_order_id == name and order.order_id != replaced:
                raise Rejected("CLIENT_ORDER_ID_ALREADY_EXISTS")


def _is_number(value: Any) -> bool:
    try:
        return Decimal(value).is_finite()
    except (InvalidOperation, TypeError):
        return False
