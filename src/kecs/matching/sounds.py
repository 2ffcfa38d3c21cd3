"""How a folded name sounds; called by levels and keys."""

from functools import lru_cache

from jellyfish import metaphone


@lru_cache(maxsize=65_536)
def sound(name: str) -> str:
    """Metaphone of a folded name, or the name itself where that says nothing (w, gh, ee)."""
    return metaphone(name) or name
