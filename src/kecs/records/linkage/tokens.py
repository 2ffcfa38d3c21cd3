"""PURE. Stand-ins for an SSN and a birth date, by which a linkage engine sees how near two of them are, and nothing else.

Called by rows. A token is a keyed digest under a key that lives as long as one run, so that nothing can be looked up
in it afterwards. No token stands for a single digit: each covers all but one digit of a number, or more.
"""

import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

KEY_BYTES = 32
_KEPT_DATES = 65_536
_KEPT_LAST4 = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTokens:
    """What is told of a number. Two numbers of one length that are not the same share a token of

    - `masks` when one digit differs and no other: each mask leaves out one place;
    - `swaps` when two neighbouring digits stand the other way round, and nothing else differs.
    """

    same: int = field(repr=False)
    masks: tuple[int, ...] = field(repr=False)
    swaps: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthDateTokens:
    """What is told of a birth date: equal `turned` of unequal dates means day and month changed places,

    and a shared one of `parts` that year, month and day agree but for one of them.
    """

    same: int = field(repr=False)
    turned: int = field(repr=False)
    parts: tuple[int, int, int] = field(repr=False)


class Tokens:
    """The tokens of one run. Its key is drawn here, is never shown and goes when the run ends."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(KEY_BYTES)
        # A day or four digits come back thousands of times in a large index; a full number does not.
        self.of_birth_date = lru_cache(maxsize=_KEPT_DATES)(self._of_birth_date)
        self.of_last4 = lru_cache(maxsize=_KEPT_LAST4)(self._of_last4)

    def of_key(self, *key: str) -> int:
        """The token of a blocking key."""
        return self._token("key", *key)

    def of_ssn(self, digits: str) -> NumberTokens:
        """The tokens of a full SSN."""
        return self._of_number("ssn", digits)

    def neighbours_of_ssn(self, digits: str) -> tuple[int, int]:
        """Two numbers share one of these if they are the same or follow each other, as those of twins often do."""
        number = int(digits)
        return self._token("even", str(number // 2)), self._token("odd", str((number + 1) // 2))

    def _of_last4(self, digits: str) -> NumberTokens:
        return self._of_number("last4", digits)

    def _of_number(self, purpose: str, digits: str) -> NumberTokens:
        places = range(len(digits))
        without = [digits[:at] + "_" + digits[at + 1 :] for at in places]
        sorted_at = [
            digits[:at] + "".join(sorted(digits[at : at + 2])) + digits[at + 2 :] for at in places[:-1]
        ]
        return NumberTokens(
            same=self._token(purpose, digits),
            masks=tuple([self._token(purpose, "mask", left) for left in without]),
            swaps=tuple([self._token(purpose, "swap", str(at), left) for at, left in enumerate(sorted_at)]),
        )

    def _of_birth_date(self, iso: str) -> BirthDateTokens:
        year, month, day = iso.split("-")
        return BirthDateTokens(
            same=self._token("birth-date", iso),
            turned=self._token("birth-date-turned", year, *sorted((month, day))),
            parts=(
                self._token("birth-date-year-month", year, month),
                self._token("birth-date-year-day", year, day),
                self._token("birth-date-month-day", month, day),
            ),
        )

    def _token(self, *facts: str) -> int:
        # BLAKE2b with a key (RFC 7693) is a MAC as HMAC-SHA-256 is, at a third of the time.
        made = blake2b("\0".join(facts).encode(), key=self._key, digest_size=8).digest()
        # 63 bits: a positive number in every engine.
        return int.from_bytes(made, "big") >> 1
