"""Which network a request is counted for, and that the client has no say in it."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest
from pytest_django.fixtures import Settings

from kecs.guard.network import network_of

MakeRequest = Callable[..., HttpRequest]

FORGED = [
    {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
    {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7"},
    {"HTTP_X_FORWARDED_FOR": "2001:db8::9"},
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {"HTTP_X_FORWARDED_FOR": ",,,"},
    {"HTTP_X_REAL_IP": "203.0.113.9"},
    {"HTTP_FORWARDED": "for=203.0.113.9"},
    {"HTTP_CLIENT_IP": "203.0.113.9"},
    {"HTTP_TRUE_CLIENT_IP": "203.0.113.9"},
    {"HTTP_CF_CONNECTING_IP": "203.0.113.9"},
]


@pytest.mark.parametrize("headers", FORGED)
def test_without_a_proxy_headers_change_nothing(visitor: MakeRequest, headers: dict[str, str]) -> None:
    assert network_of(visitor(REMOTE_ADDR="192.0.2.1", **headers)) == "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9,198.51.100.7:4711", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),  # came past a proxy: only the peer is known
        (1, "", "192.0.2.1"),
        (1, "not an address", "192.0.2.1"),
        (1, "[2001:db8:1:2:3::4]:443", "2001:db8:1:2::/64"),
    ],
)
def test_behind_proxies_what_the_outermost_saw_counts(
    visitor: MakeRequest, settings: Settings, proxies: int, forwarded: str, network: str
) -> None:
    settings.KECS_TRUSTED_PROXIES = proxies
    assert network_of(visitor(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)) == network


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("/run/kecs.sock", "unknown"),
    ],
)
def test_an_ipv6_household_is_one_network(visitor: MakeRequest, peer: str, network: str) -> None:
    assert network_of(visitor(REMOTE_ADDR=peer)) == network
