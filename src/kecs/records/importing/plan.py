"""PURE. What a checked row does to the records: create, update, nothing, or be rejected for what is on file.

Called by apply. A blank cell says nothing, so it never erases; a name that gives way is kept among the other
names; accounts and their sign-in addresses are out of reach here.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from kecs.matching.names import OtherName, fold
from kecs.records.importing.rows import ImportRow, OnFile, Problem

_FULL_SSN = 9


class PlanOutcome(StrEnum):
    """What becomes of a row."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    REJECT = "reject"


# Columns that say who the person is: a change of any makes a new version of the record's identity.
IDENTITY_COLUMNS = frozenset(
    {
        "first_name",
        "middle_name",
        "last_surname",
        "generation_code_suffix",
        "other_names",
        "birth_date",
        "ssn",
    }
)


_NOTHING = OnFile()
_NO_NAME = OtherName()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The outcome, the columns that change, and what the record holds afterwards."""

    outcome: PlanOutcome
    changes: tuple[str, ...] = ()
    after: OnFile = field(default_factory=OnFile, repr=False)
    added_names: frozenset[OtherName] = field(default=frozenset(), repr=False)
    problem: Problem | None = None

    @property
    def changes_identity(self) -> bool:
        """Whether any change is to who the person is."""
        return bool(IDENTITY_COLUMNS & set(self.changes))


def plan(row: ImportRow, *, on_file: OnFile | None, ssn_owner: str | None) -> Plan:
    """`on_file` is the record with the row's id; `ssn_owner` is the id of the record that has the row's full SSN."""
    problem = _conflict(row, on_file=on_file, ssn_owner=ssn_owner)
    if problem:
        return Plan(outcome=PlanOutcome.REJECT, problem=problem)
    before = on_file or _NOTHING
    after = _after(row, before)
    changes = changes_between(before, after)
    outcome = PlanOutcome.UPDATE if changes else PlanOutcome.SAME
    if on_file is None:
        outcome = PlanOutcome.CREATE
    added_names = after.other_names - before.other_names
    return Plan(outcome=outcome, changes=changes, after=after, added_names=added_names)


def _conflict(row: ImportRow, *, on_file: OnFile | None, ssn_owner: str | None) -> Problem | None:
    if ssn_owner is not None and ssn_owner != row.staff_unique_id:
        return Problem(
            column="ssn",
            code="ssn_on_file_elsewhere",
            reason=f"The SSN is on file under the staff_unique_id {ssn_owner}. Find out whose it is, or whether "
            "this is the same person.",
        )
    if on_file and len(on_file.ssn) == _FULL_SSN and row.ssn and on_file.ssn[-len(row.ssn) :] != row.ssn:
        if len(row.ssn) == _FULL_SSN:
            return None  # a whole number may correct a whole number
        return Problem(
            column="ssn_last4",
            code="ssn_last4_differs_from_file",
            reason="A whole SSN with another ending is on file. Give the whole SSN to correct it.",
        )
    return None


def _after(row: ImportRow, before: OnFile) -> OnFile:
    first_name = row.first_name or before.first_name
    last_surname = row.last_surname or before.last_surname
    # Only the ending of the number on file: the whole one on file is worth more.
    keeps_ssn = not row.ssn or (len(row.ssn) < _FULL_SSN and before.ssn.endswith(row.ssn))
    return OnFile(
        first_name=first_name,
        middle_name=row.middle_name or before.middle_name,
        last_surname=last_surname,
        generation_code_suffix=row.generation_code_suffix or before.generation_code_suffix,
        other_names=_other_names_after(row, before, first_name, last_surname),
        birth_date=row.birth_date or before.birth_date,
        ssn=before.ssn if keeps_ssn else row.ssn,
        email=row.email or before.email,
        deceased=before.deceased if row.deceased is None else row.deceased,
    )


def _other_names_after(
    row: ImportRow, before: OnFile, first_name: str, last_surname: str
) -> frozenset[OtherName]:
    keeps_name = (before.first_name, before.last_surname) in {("", ""), (first_name, last_surname)}
    if keeps_name and not row.other_names:
        return before.other_names
    present = OtherName(first_name=first_name, last_surname=last_surname)
    stated = {name for name in row.other_names if name != present}
    earlier = OtherName(first_name=before.first_name, last_surname=before.last_surname)
    if earlier != _NO_NAME and not same_when_folded(earlier, present):
        stated.add(earlier)
    return before.other_names | stated


def same_when_folded(one: OtherName, other: OtherName) -> bool:
    """An accent put right is no former name."""
    firsts_agree = not one.first_name or fold(one.first_name).tokens == fold(other.first_name).tokens
    lasts_agree = not one.last_surname or fold(one.last_surname).tokens == fold(other.last_surname).tokens
    return firsts_agree and lasts_agree


def changes_between(before: OnFile, after: OnFile) -> tuple[str, ...]:
    """The columns in which the two differ."""
    return tuple([column for column in OnFile.__slots__ if getattr(before, column) != getattr(after, column)])
