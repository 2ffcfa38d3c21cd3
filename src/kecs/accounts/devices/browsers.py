"""PURE. A few coarse words for a browser, so that its owner knows it again and nobody else learns much."""

from collections.abc import Sequence

# The first that is found counts: Edge and Opera call themselves Chrome, Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def _first(agent: str, words: Sequence[tuple[str, str]]) -> str:
    return next((word for sign, word in words if sign in agent), "")


def browser_words(agent: str) -> str:
    """ "Firefox, Windows"; "" for a browser that nobody knows."""
    return ", ".join(word for word in (_first(agent, BROWSERS), _first(agent, SYSTEMS)) if word)
