"""Social Security numbers and their last four digits as values that never print themselves; forms and import use them."""

from dataclasses import dataclass, field
from enum import StrEnum
from unicodedata import normalize


class SsnProblem(StrEnum):
    """Why a typed number is refused; the caller words it for the person."""

    EMPTY = "empty"
    NOT_DIGITS = "not_digits"
    WRONG_LENGTH = "wrong_length"
    NEVER_ISSUED = "never_issued"


class SsnError(ValueError):
    """A number that cannot be an SSN. Carries the reason, never the digits."""

    def __init__(self, code: SsnProblem) -> None:
        super().__init__(code.value)
        self.code = code


# Published in advertisements or as samples; the Social Security Administration lists them as never valid.
ADVERTISED = frozenset({"078051120", "219099999", *(f"98765432{digit}" for digit in range(10))})

_SEPARATORS = str.maketrans("", "", " -.\u2010\u2011\u2012\u2013\u2014\u2212\u00a0")


def _digits(text: str, *, length: int) -> str:
    digits = text
    if not (digits.isascii() and digits.isdigit()):
        digits = normalize("NFKC", text).strip().translate(_SEPARATORS)
        if not digits:
            raise SsnError(SsnProblem.EMPTY)
        if not (digits.isascii() and digits.isdigit()):
            raise SsnError(SsnProblem.NOT_DIGITS)
    if len(digits) != length:
        raise SsnError(SsnProblem.WRONG_LENGTH)
    return digits


@dataclass(frozen=True, slots=True)
class Last4:
    """The last four digits of an SSN, as typed in a search."""

    digits: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Last4":
        """Read four digits; spaces and hyphens are dropped. Raises SsnError."""
        digits = _digits(text, length=4)
        if digits == "0000":  # a serial of 0000 is never issued (SSA POMS RM 10201.035)
            raise SsnError(SsnProblem.NEVER_ISSUED)
        return cls(digits)

    def __str__(self) -> str:
        return "****"


@dataclass(frozen=True, slots=True)
class Ssn:
    """A whole Social Security number: nine digits."""

    digits: str = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, allow_never_issued: bool) -> "Ssn":
        """Read nine digits; spaces and hyphens are dropped.

        `allow_never_issued` admits the areas 900 to 999, which development and tests use in place of real people's
        numbers; every other number that was never issued is refused all the same. Raises SsnError.
        """
        digits = _digits(text, length=9)
        area, group, serial = digits[:3], digits[3:5], digits[5:]
        if area in {"000", "666"} or group == "00" or serial == "0000" or digits in ADVERTISED:
            raise SsnError(SsnProblem.NEVER_ISSUED)
        if area[0] == "9" and not allow_never_issued:
            raise SsnError(SsnProblem.NEVER_ISSUED)
        return cls(digits)

    @property
    def last4(self) -> Last4:
        """The last four digits."""
        return Last4(self.digits[5:])

    def masked(self) -> str:
        """What a page may show of it."""
        return f"***-**-{self.digits[5:]}"

    def __str__(self) -> str:
        return "***-**-****"
