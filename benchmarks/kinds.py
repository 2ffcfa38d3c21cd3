"""The kinds of search that timing.py compares, and who is asked for by each; stage.py brings them about."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.people import Person, person

HIT, HELD, SEVERAL, NEAR, MISS = "hit", "hit, held", "several", "near", "miss"
LIMITED, LIMITED_ON_FILE = "limited", "limited, on file"
CONTROL = "control"  # a miss that is answered late on purpose
KINDS = (HIT, HELD, SEVERAL, NEAR, MISS, LIMITED, LIMITED_ON_FILE, CONTROL)
ON_FILE = (HIT, HELD, SEVERAL, NEAR, LIMITED_ON_FILE)
USES = 5  # of each identity: so many misses are looked at in a day
# Between the people of two kinds: so many that up to 800 of each share no birth date, for misses are counted by it and a name.
APART = 101_780


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is typed."""

    kind: str
    first_name: str
    last_surname: str
    birth_date: str  # as typed
    last4: str


def people(kind: str, many: int) -> list[Person]:
    """Those behind the searches of a kind."""
    first = KINDS.index(kind) * APART
    return [person(first + place) for place in range(many)]


def asked(kind: str, many: int) -> list[Asked]:
    """The searches of a kind by so many identities, each once."""
    first = (len(KINDS) + KINDS.index(kind)) * APART
    found = []
    for place, behind in enumerate(people(kind, many)):
        # Somebody else with the same birth date and last 4: her key leads to the record, her names do not agree.
        typed = person(first + place + place % 9 + 1) if kind == NEAR else behind
        found.append(
            Asked(
                kind=kind,
                first_name=typed.first_name,
                last_surname=typed.last_surname,
                birth_date=behind.birth_date.strftime("%m/%d/%Y"),
                last4=behind.ssn[-4:],
            )
        )
    return found


def rows(many: int) -> Iterator[Person]:
    """Who is on file; of those in SEVERAL a second one each, with another number that ends alike."""
    for kind in ON_FILE:
        for each in people(kind, many):
            yield each
            if kind == SEVERAL:
                yield Person(
                    number=each.number + APART * 50,
                    first_name=each.first_name,
                    last_surname=each.last_surname,
                    birth_date=each.birth_date,
                    ssn="98" + each.ssn[2:],
                )
