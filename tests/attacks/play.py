"""The table of attacks, by the name that `--only` takes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.attacks import doorkeeping, doors, fields, guess, headers, hijack, race, scanners, steps, tokens
from tests.attacks.outcomes import Outcome
from tests.attacks.portal import Portal

ATTACKS: Mapping[str, Callable[[Portal], list[Outcome]]] = MappingProxyType(
    {
        "hijack": hijack.play,
        "guess": guess.play,
        "spray": guess.spray,
        "doors": doors.play,
        "race": race.play,
        "doorkeeping": doorkeeping.play,
        "fields": fields.play,
        "scanners": scanners.play,
        "tokens": tokens.play,
        "headers": headers.play,
        "steps": steps.play,
    }
)
