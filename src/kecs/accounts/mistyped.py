"""PURE. An address whose domain is one slip away from one that half of everybody uses: noticed and offered, never forced."""

from kecs.accounts.addresses import normalised_address

USED_BY_MANY = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "aol.com",
    "comcast.net",
    "att.net",
    "bellsouth.net",
    "windstream.net",
    "twc.com",
    "live.com",
    "msn.com",
    "protonmail.com",
)
# Real providers whose names are one slip away from another's.
REAL = frozenset(
    {
        *USED_BY_MANY,
        "ymail.com",
        "mail.com",
        "email.com",
        "gmx.com",
        "me.com",
        "mac.com",
        "aim.com",
        "aon.com",
    }
)
SHORTEST = 7  # characters of a domain: of shorter ones, one slip leads to somebody else's


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too much, another one, or has changed places with its neighbour."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    rest, wanted = typed[start:], meant[start:]
    swapped = rest[1:2] + rest[0:1] + rest[2:]
    return wanted in {rest[1:], swapped} or wanted[1:] in {rest, rest[1:]}


def meant_address(email: str) -> str:
    """The address that was perhaps meant (maria@gmail.com for maria@gmial.com), or nothing."""
    name, _at, domain = normalised_address(email).rpartition("@")
    if not name or domain in REAL or len(domain) < SHORTEST:
        return ""
    meant = next((each for each in USED_BY_MANY if is_one_slip(domain, each)), "")
    return f"{name}@{meant}" if meant else ""
