"""How many bits of evidence an agreement is worth, for the very names that were typed; called by decide.

PURE. `weights.toml` holds the figures and where they come from. A bit doubles the odds that the record is hers. What is
typed is priced before anything is looked up, so that the price of a name tells nothing about who is on file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from math import log2
from types import MappingProxyType
from typing import Any

from kecs.matching.facts import FactLevel
from kecs.matching.frequencies import Near, first_names, surnames
from kecs.matching.levels import Level, NameLevels, surname_parts
from kecs.matching.names import Folded, fold
from kecs.matching.nicknames import forms_of

Bits = Mapping[Level, float]


@cache
def weights() -> Mapping[str, Any]:
    """The figures of weights.toml."""
    return MappingProxyType(tomllib.loads(files("kecs.matching").joinpath("weights.toml").read_text("utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What each level is worth for the names typed: as typed, and with the boxes swapped."""

    first_name: Bits = field(repr=False)
    last_surname: Bits = field(repr=False)
    first_name_swapped: Bits = field(repr=False)
    last_surname_swapped: Bits = field(repr=False)


def price(first_name: str, last_surname: str) -> Prices:
    """The worth of every level for these names. At first sight of the names a matter of three milliseconds."""
    first, last = fold(first_name), fold(last_surname)
    return Prices(
        first_name=_first_name_bits(first),
        last_surname=_last_surname_bits(last),
        first_name_swapped=_first_name_bits(last),
        last_surname_swapped=_last_surname_bits(first),
    )


def prepare() -> None:
    """Read the census lists now, a matter of two tenths of a second, rather than at the first search."""
    price("Mary", "Smith")


def bits_of_names(levels: NameLevels, prices: Prices) -> float:
    """The evidence in one reading of the names."""
    if levels.swapped:
        bits = prices.first_name_swapped[levels.first_name] + prices.last_surname_swapped[levels.last_surname]
        return bits + log2(weights()["swapped"]["share"])
    return prices.first_name[levels.first_name] + prices.last_surname[levels.last_surname]


def bits_of_facts(*, birth_date: FactLevel, last4: FactLevel, ssn: FactLevel) -> float:
    """The evidence in birth date and number; the full SSN, where both sides have it, says all that the last 4 do."""
    number = last4 if ssn is FactLevel.ABSENT else ssn
    return _fact("birth_date", birth_date) + _fact("last4" if ssn is FactLevel.ABSENT else "ssn", number)


def _fact(name: str, level: FactLevel) -> float:
    if level is FactLevel.ABSENT:
        return 0.0
    figures = weights()[name]
    return log2(float(figures["m"][level]) / float(figures["u"][level]))


def threshold(name: str, *, population: int) -> float:
    """The bits that are needed to "offer", to join at the "step_up", or to be "near", among so many people."""
    figures = weights()["thresholds"]
    return log2(max(population, figures["people_at_least"])) + float(figures[name])


# --- The worth of names ------------------------------------------------------------------------------------------


@cache
def _first_names_near() -> Near:
    return Near(first_names(weights()["chance"]["women"]))


@cache
def _surnames_near() -> Near:
    return Near(surnames())


def _share_of_first_name(name: str) -> float:
    chance = weights()["chance"]
    listed: float = first_names(chance["women"]).get(name, 0.0)
    return max(listed * float(chance["first_name_cohort"]), float(chance["unlisted_first_name"]))


def _share_of_surname(name: str) -> float:
    return max(surnames().get(name, 0.0), float(weights()["chance"]["unlisted_surname"]))


@lru_cache(maxsize=32_768)
def _first_name_bits(typed: Folded) -> Bits:
    chance, name = weights()["chance"], typed.joined
    same = _share_of_first_name(name)
    leading = _share_of_first_name(typed.tokens[0]) if typed.tokens else same
    slip, alike = _first_names_near().slips_and_alike(name)
    cohort = chance["first_name_cohort"]
    shares = {
        Level.EXACT: same,
        Level.NICKNAME: sum(_share_of_first_name(form) for form in forms_of(name)),
        Level.FORMER: same * chance["former_first_names_on_file"],
        Level.PART: leading if len(typed.tokens) > 1 else same * chance["compound_first_names"],
        Level.MIDDLE: same,
        Level.BEGINNING: _first_names_near().beginnings(name) * cohort,
        Level.INITIAL: _first_names_near().initials(name) * cohort,
        Level.TYPO: slip * cohort,
        Level.ALIKE: alike * cohort,
    }
    return _bits("first_name", shares, least=float(chance["unlisted_first_name"]))


@lru_cache(maxsize=32_768)
def _last_surname_bits(typed: Folded) -> Bits:
    chance, name = weights()["chance"], typed.joined
    same = _share_of_surname(name)
    parts = surname_parts(typed.tokens)
    slip, alike = _surnames_near().slips_and_alike(name)
    shares = {
        Level.EXACT: same,
        Level.FORMER: same * chance["former_names_on_file"],
        Level.PART: (
            sum(_share_of_surname(part) for part in parts)
            if len(typed.tokens) > 1
            else same * chance["compound_surnames"]
        ),
        Level.MIDDLE: same + _share_of_first_name(name),
        Level.TYPO: slip,
        Level.ALIKE: alike,
    }
    return _bits("last_surname", shares, least=float(chance["unlisted_surname"]))


def _bits(field_name: str, shares: Mapping[Level, float], *, least: float) -> Bits:
    """log2(m / u) for every level, kept in order: no level is worth more than the same name, or less than another one.

    A slip may be rarer among strangers than the name itself, but then it must not be the better thing to type.
    """
    m = weights()[field_name]
    differs = log2(m["differs"])
    exact = max(differs, log2(m["exact"] / max(shares[Level.EXACT], least)))
    bits = dict.fromkeys(Level, differs)
    for level, share in shares.items():
        bits[level] = min(exact, max(differs, log2(m[level] / max(share, least))))
    bits[Level.EXACT] = bits[Level.JOINED] = exact
    bits[Level.ALIKE] = min(bits[Level.ALIKE], bits[Level.TYPO])
    return MappingProxyType(bits)
