from __future__ import annotations

import pytest

from rowcast.engine.settings import Cors
from rowcast.server.realtime.origin import is_allowed

NAMED = Cors(enabled=True, origin=("https://a.example.com", r"/\.example\.org$/", "*"))


@pytest.mark.parametrize(
    ("origin", "host", "public_url", "cors", "allowed"),
    [
        (None, "api.example.com", "/", Cors(), True),
        ("https://api.example.com", "api.example.com", "/", Cors(), True),
        ("https://API.example.com", "api.example.com", "/", Cors(), True),
        ("http://localhost:8055", "localhost:8055", "/", Cors(), True),
        ("http://localhost:3000", "localhost:8055", "/", Cors(), False),
        ("null", "api.example.com", "/", Cors(), False),
        ("nonsense", "nonsense", "/", Cors(), False),
        ("https://[broken", "api.example.com", "/", Cors(), False),
        ("https://a.example.com:port", "a.example.com:port", "/", Cors(), False),
        ("https://public.example.com", "inner:8055", "https://public.example.com/base", Cors(), True),
        ("https://public.example.com:443", "inner", "https://public.example.com", Cors(), True),
        ("http://public.example.com", "inner", "https://public.example.com", Cors(), False),
        ("https://a.example.com", "inner", "/", NAMED, True),
        ("https://x.example.org", "inner", "/", NAMED, True),
        ("https://b.example.com", "inner", "/", NAMED, False),
        ("https://b.example.com", "inner", "/", Cors(enabled=True, origin=True), True),
        ("https://b.example.com", "inner", "/", Cors(enabled=False, origin=True), False),
        (None, None, "/", Cors(), True),
    ],
)
def test_origins(origin: str | None, host: str | None, public_url: str, cors: Cors, allowed: bool) -> None:
    assert is_allowed(origin, host, public_url, cors) is allowed
