"""A decision on a case, and why one is not carried out."""

from dataclasses import dataclass, field
from uuid import UUID

from kecs.assurance.actions import Reason
from kecs.console.cases.stamps import Part
from kecs.console.outcomes import Outcome
from kecs.corrections.kinds import Paper


class DecidedBefore(Exception):
    """Somebody else closed the case first."""


# With one of these reasons somebody of staff has seen the person, or her papers.
SEEN = frozenset({Reason.PERSON_CHECKED, Reason.DOCUMENT_SEEN})


class NotPossible(Exception):
    """What the case is about has changed, so that this outcome cannot be carried out."""


class NumberTaken(Exception):
    """Somebody else has the SSN that is asked for: the request stays open, and a case about the two was opened."""


class InvitedByHerself(Exception):
    """Whoever would vouch had the account opened."""


class Colleagues(Exception):
    """A colleague has taken it. Its argument is her account."""


class ChangedSince(Exception):
    """What the page showed is otherwise now. Its arguments are the parts."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Which."""
        return self.args


class StaysClosed(Exception):
    """What its outcome did is not undone by opening the case again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An outcome, why, and what it is about. `note` goes to the person; `stamp` is that of the page it was made on.

    `english`: mails of one language speak English, for whoever rehearses and does not read the other.
    """

    outcome: Outcome
    reason: Reason
    stamp: str
    record_id: UUID | None = None
    note: str = field(default="", repr=False)
    paper: Paper | None = None  # which document of the person staff saw
    english: bool = False
