"""How much may get through each attack, and how hard each is played; nothing else here holds a number that decides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """At most `most` may get through. One that is not `held_to` is measured and shown, and fails nothing."""

    what: str
    most: int
    threat: str
    held_to: bool = True


BARS: Mapping[str, Bar] = MappingProxyType(
    {
        "hijack.seen": Bar(
            what="thieves who saw a stored field that they had not typed", most=0, threat="T1"
        ),
        "hijack.verified": Bar(what="thieves whose claim was verified", most=0, threat="T1, T2"),
        "guess.a_day": Bar(what="guesses at one person looked at in a day", most=5, threat="T3"),
        "guess.in_all": Bar(what="guesses at one person looked at in all days", most=20, threat="T3"),
        "guess.at_once": Bar(what="guesses looked at of those sent at once", most=5, threat="T3"),
        "guess.by_accounts": Bar(
            what="guesses by accounts made in somebody's name looked at in a day", most=5, threat="T3"
        ),
        "spray.evaluated": Bar(what="guesses at many people looked at in quiet time", most=300, threat="T4"),
        "spray.verified": Bar(what="accounts of the sprayer above provisional", most=0, threat="T4"),
        "doors.told": Bar(what="doors where bytes tell who is known", most=0, threat="T5 to T8"),
        "race.winners": Bar(what="rounds without exactly one winner", most=0, threat="T13, T14, T15"),
        "race.errors": Bar(what="answers of 500 and above", most=0, threat="T13"),
        "race.orphans": Bar(what="rows without what they belong to", most=0, threat="T13"),
        "scanners.acted": Bar(what="links that a machine used up or acted on", most=0, threat="T20"),
        "scanners.in_the_way": Bar(what="people after a machine who failed", most=0, threat="T20"),
        "fields.changed": Bar(what="columns changed by posting their names", most=0, threat="T18"),
        "fields.errors": Bar(what="posts answered with 500 and above", most=0, threat="T18, T38"),
        "doorkeeping.opened": Bar(what="pages opened by whom they are not for", most=0, threat="T19"),
        "doorkeeping.others": Bar(
            what="things of other people that were shown or changed", most=0, threat="T19"
        ),
        "doorkeeping.unlisted": Bar(what="addresses that permissions.py does not name", most=0, threat="T19"),
        "tokens.dump": Bar(what="secrets in a dump of the database", most=0, threat="T22, T31"),
        "tokens.usable": Bar(what="values of a dump that opened something", most=0, threat="T22"),
        "tokens.logs": Bar(what="secrets in the logs", most=0, threat="T21, T33"),
        "tokens.referer": Bar(what="tokens in a Referer or an address that stays", most=0, threat="T21"),
        "tokens.off_site": Bar(what="requests of our pages to other sites", most=0, threat="T21"),
        "headers.links": Bar(what="links in mails that a Host header changed", most=0, threat="T23"),
        "headers.networks": Bar(what="forged headers that hid a network", most=0, threat="T39"),
        "headers.twice": Bar(what="fields given twice that were not refused", most=0, threat="T38"),
        "steps.fixed": Bar(what="planted sessions that came to hold something", most=0, threat="T16"),
        "steps.skipped": Bar(what="steps skipped", most=0, threat="T17"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How often each attack is tried."""

    hijacks: int
    guesses: int
    days: int
    connections: int
    sprayed: int
    rounds: int
    racers: int = 8

    def share(self, part: float) -> "Sizes":
        """A part of the tries, for a first look."""
        return replace(
            self,
            hijacks=max(1, round(self.hijacks * part)),
            guesses=max(100, round(self.guesses * part)),
            sprayed=max(100, round(self.sprayed * part)),
            rounds=max(1, round(self.rounds * part)),
        )


WHOLE = Sizes(hijacks=10_000, guesses=10_000, days=6, connections=200, sprayed=100_000, rounds=1_000)
QUICK = Sizes(hijacks=6, guesses=150, days=6, connections=20, sprayed=150, rounds=2)
