"""What a person called her file, fit to be shown and to be offered as the name of a download; it is never a path."""

import unicodedata

_LONGEST = 100
_NOT_IN_NAMES = frozenset('\\/:*?"<>|%;')


def shown_name(name: str) -> str:
    """The last part of the name, without what could hide, reorder or lead elsewhere; blank if nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(
        char
        for char in unicodedata.normalize("NFC", last)
        if (char not in _NOT_IN_NAMES and unicodedata.category(char)[0] not in "CZ") or char == " "
    )
    return " ".join(plain.split()).lstrip(".")[:_LONGEST]
