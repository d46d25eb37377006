"""Signatures against the vectors of the venue's documents, and recomputed ones."""

import pytest

from venueproof_core.errors import ConfigurationError
from venueproof_gateio.settings import GateioSettings
from venueproof_gateio.signing import Signer, joined, make_signer, quote_all

# (secret, method, path, query, body, stamp, signature)
REQUESTS = {
    "documents, GET": (
        "secret",
        "GET",
        "/api/v4/futures/orders",
        "contract=BTC_USD&status=finished&limit=50",
        "",
        1541993715,
        "55f84ea195d6fe57ce62464daaa7c3c02fa9d1dde954e4c898289c9a2407a3d6"
        "fb3faf24deff16790d726b66ac9f74526668b13bd01029199cc4fcc522418b8a",
    ),
    "documents, POST": (
        "secret",
        "POST",
        "/api/v4/futures/orders",
        "",
        '{"contract":"BTC_USD","type":"limit","size":100,"price":6800,"time_in_force":"gtc"}',
        1541993715,
        "eae42da914a590ddf727473aff25fc87d50b64783941061f47a3fdb92742541f"
        "c4c2c14017581b4199a1418d54471c269c03a38d788d802e2c306c37636389f0",
    ),
    "spot order": (
        "gate-test-secret",
        "POST",
        "/api/v4/spot/orders",
        "",
        '{"currency_pair":"BTC_USDT","type":"limit","account":"spot","side":"buy","amount":"0.001",'
        '"price":"50000","time_in_force":"gtc","text":"t-my-1"}',
        1700000000,
        "c7c40e7478dcedd5751281cb4e37e8aec151e318726615cedf4ac36e4465c952"
        "c5c0ae8a2c64ea5b7689eab0569cbd0e3add74c6ac7723646eb3c6dc4481e740",
    ),
    "open orders": (
        "gate-test-secret",
        "GET",
        "/api/v4/spot/open_orders",
        "page=1&limit=100",
        "",
        1700000000,
        "0fd77044500741d5f88df40ad2e06696f7041ef5885ae656b9bdcbc30dcdce13"
        "a34b8e56486f316d20915628c7d25a8ebe39524c358a2c5025464ccbe5703a98",
    ),
}
CHANNEL = (
    "1f0a8bf2b514e5ed31bbcc3dff91861117bc2b0a23ac4fcf75aa25d7603a2ff0"
    "c99a9ecb46813ec38ee1010a0c8c543dc59b9a8801ff1b6ee49a38de4c32ce3b"
)


@pytest.mark.parametrize("vector", REQUESTS.values(), ids=REQUESTS)
def test_requests_are_signed_as_the_documents_say(vector: tuple[str, ...]) -> None:
    secret, method, path, query, body, stamp, expected = vector
    headers = Signer("key", secret).headers(method, path, query, body, int(stamp))
    assert headers == {"KEY": "key", "Timestamp": str(stamp), "SIGN": expected}


def test_subscriptions_are_signed_as_the_documents_say() -> None:
    auth = Signer("key", "gate-test-secret").channel("spot.orders", "subscribe", 1700000000)
    assert auth == {"method": "api_key", "KEY": "key", "SIGN": CHANNEL}


def test_what_is_signed_is_not_percent_encoded_but_what_is_sent_is() -> None:
    params = {"currency_pairs": "BTC_USDT,ETH_USDT"}
    assert joined(params) == "currency_pairs=BTC_USDT,ETH_USDT"
    assert joined(params, quote_all) == "currency_pairs=BTC_USDT%2CETH_USDT"


def test_half_a_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="one is missing"):
        make_signer(GateioSettings.model_validate({"api_key": "a"}))
    assert make_signer(GateioSettings()) is None
