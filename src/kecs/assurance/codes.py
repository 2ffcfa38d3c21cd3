"""PURE. The codes of mails and letters: letters and digits that nobody mistakes for one another, typed as one likes."""

import secrets

# Crockford's base 32: no I, L, O or U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MAIL_LENGTH = 8  # 40 bits
LETTER_LENGTH = 10  # 50 bits
NOT_ME_LENGTH = 12  # 60 bits: typed by whoever got a letter that she did not ask for
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_code(length: int) -> str:
    """A code of chance."""
    return "".join(secrets.choice(ALPHABET) for _each in range(length))


def spaced(code: str) -> str:
    """In groups, as it is printed: ABCD-EFGH, ABCDE-FGHJK or ABCD-EFGH-JKMN."""
    size = 4 if len(code) == NOT_ME_LENGTH else len(code) // 2
    return "-".join(code[at : at + size] for at in range(0, len(code), size))


def as_typed(text: str) -> str:
    """A typed code in its one form: no spaces or hyphens, capitals, 0 for O, 1 for I and L."""
    return "".join(text.upper().translate(_READ_AS).replace("-", "").split())


def is_code(text: str) -> bool:
    """Whether this, in its one form, could be a code of ours."""
    return len(text) in {MAIL_LENGTH, LETTER_LENGTH} and set(text) <= set(ALPHABET)


def is_not_me_code(text: str) -> bool:
    """Whether this, in its one form, could be the code that says "this wasn't me"."""
    return len(text) == NOT_ME_LENGTH and set(text) <= set(ALPHABET)
