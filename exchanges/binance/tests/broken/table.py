"""Mistakes of the simulated venue that show on the wire, and the cases that a correct connector then fails."""

from packages.simulator.tests.broken.mistakes import Mistake

_CORE = "venueproof_simulator.matching."
_DIALECT = "venueproof_binance.dialect."

MISTAKES = [
    Mistake(
        "buyers are charged twice their fee",
        _CORE + "matcher:Matcher._take",
        "taker_fee = quantity * taker_ppm // _PPM",
        "taker_fee = 2 * quantity * taker_ppm // _PPM",
        ("account/fee-rates/are-what-is-charged",),
    ),
    Mistake(
        "the best bid is missing in the snapshot",
        _DIALECT + "rest_public:depth_row",
        '"bids": bids,',
        '"bids": bids[1:],',
        ("books/snapshot/equals-the-venue",),
    ),
    Mistake(
        "the snapshot is older than its number says",
        _DIALECT + "rest_public:depth_row",
        '"lastUpdateId": core.version(symbol)',
        '"lastUpdateId": core.version(symbol) + 1',
        ("books/stream/follows-every-change",),
    ),
    Mistake(
        "signatures are not verified",
        _DIALECT + "security:KeyRing.verify",
        "if not is_valid:",
        "if False:",
        ("errors/refusal/of-credentials/wrong-secret",),
    ),
    Mistake(
        "post-only orders take",
        _CORE + "core:MatchingCore.submit",
        "if takes and request.post_only and not request.expires_when_taking:",
        "if False:",
        ("orders/post-only/refused-when-it-would-take",),
    ),
    Mistake(
        "request weight is counted twice",
        _DIALECT + "limits:Limits.charge",
        "self.weight.take(weight, now)",
        "self.weight.take(2 * weight, now)",
        ("limits/budget/burst-stays-within",),
    ),
    Mistake(
        "listen keys never expire",
        _DIALECT + "listen_keys:ListenKeys._expire",
        "if key in self._keys:",
        "if False:",
        ("private-streams/listen-key/expired-is-replaced",),
    ),
    Mistake(
        "the other leg of a pair stays alive",
        _CORE + "contingencies:Contingencies._expire_others",
        "if other is not leg and other.remaining_quantity:",
        "if False:",
        ("orders/lists/one-ends-the-other",),
    ),
    Mistake(
        "self-trade prevention is ignored",
        _CORE + "matcher:Matcher._take",
        "is_guarded = taker.self_trade_prevention is not _NONE",
        "is_guarded = False",
        ("orders/self-trade/expires-whom-it-shall",),
    ),
]
