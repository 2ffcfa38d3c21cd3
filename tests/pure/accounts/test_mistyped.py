"""An address with a slip in its domain is noticed; one that is somebody's real provider is left in peace."""

import pytest

from kecs.accounts.mistyped import REAL, meant_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("maria@gmial.com", "maria@gmail.com"),
        ("Maria@GMAIL.CON", "maria@gmail.com"),
        ("maria@gmail.co", "maria@gmail.com"),
        ("maria@gmai.com", "maria@gmail.com"),
        ("maria@gmaill.com", "maria@gmail.com"),
        ("maria@yaho.com", "maria@yahoo.com"),
        ("maria@hotmial.com", "maria@hotmail.com"),
        ("maria@outlok.com", "maria@outlook.com"),
        ("maria@iclould.com", "maria@icloud.com"),
        ("a@b@gnail.com", "a@b@gmail.com"),
    ],
)
def test_a_slip_is_noticed(typed, meant):
    assert meant_address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "maria@example.org",
        "maria@fayette.kyschools.us",
        "maria@gmxil.org",
        "@gmial.com",
        "gmial.com",
        "",
        "maria@g.co",
        *(f"maria@{domain}" for domain in sorted(REAL)),
    ],
)
def test_others_are_left_in_peace(typed):
    assert meant_address(typed) == ""
