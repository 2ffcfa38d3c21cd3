"""Everything on a person's page, gathered from the rooms below; whoever shows it has recorded the look first."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kecs.accounts.help_desk.queries import AccountForStaff, account_for_staff, demand_another
from kecs.accounts.recovery.queries import recovery_ids_of
from kecs.assurance.levels import State
from kecs.assurance.queries import state_of_account
from kecs.console.person.deliveries import Mail, mails_to
from kecs.console.person.timeline import Timeline, timeline_of
from kecs.corrections.queries import correction_ids_of
from kecs.guard.limits import Limit
from kecs.guard.queries import used_up
from kecs.records.holdings.queries import HeldRecord, held_by, live_holders_of
from kecs.records.merging.queries import absorbed_into
from kecs.records.person_file.queries import (
    CaseOfPerson,
    PersonFile,
    cases_about,
    demand_other_record,
    person_file,
    stated_names,
)
from kecs.records.queries import Stated, stated_by
from kecs.registration.help_desk.queries import SearchMisses, search_misses


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whose page it is: the record, or an account that holds none; and all accounts that it will show."""

    record_id: UUID | None
    account_ids: tuple[UUID, ...]

    @property
    def subjects(self) -> list[str]:
        """The record, where there is one, and every account."""
        on_file = [f"record:{self.record_id}"] if self.record_id else []
        return [*on_file, *(f"account:{account_id}" for account_id in self.account_ids)]

    @property
    def subject(self) -> str:
        """What the log calls a look."""
        return self.subjects[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One account of the page: how it stands to the record, what its owner said about herself."""

    account: AccountForStaff
    state: State
    held: HeldRecord | None
    stated: Stated | None
    first_name: str = field(repr=False)
    reveals_stopped: bool

    @property
    def born(self) -> date | None:
        """The birth date that was stated."""
        return date.fromisoformat(self.stated.birth_date) if self.stated and self.stated.birth_date else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """The page. `names` are all that a search for her may be made with."""

    whom: Whom
    name: str = field(repr=False)
    file: PersonFile | None
    sides: tuple[Side, ...]
    misses: SearchMisses | None
    mails: tuple[Mail, ...]
    cases: tuple[CaseOfPerson, ...]
    timeline: Timeline

    @property
    def state(self) -> State | None:
        """Where the person stands, for what roles may see: quieter where any side is under a cloud; None without an account."""
        states = [side.state for side in self.sides]
        clouded = [state for state in states if state in {State.FROZEN, State.CONTESTING}]
        return next(iter([*clouded, *states]), None)


def whom_of_record(record_id: UUID) -> Whom:
    """The record with those who hold or contest it now."""
    return Whom(record_id=record_id, account_ids=tuple(live_holders_of(record_id)))


def whom_of_account(account_id: UUID) -> Whom:
    """The account; with its record where it holds one. A record that it contests is another's page."""
    held = held_by(account_id)
    if held is not None and not held.contests:
        return whom_of_record(held.record_id)
    return Whom(record_id=None, account_ids=(account_id,))


def demand_other_person(whom: Whom, *, by: str) -> None:
    """Row by row: nobody looks at herself at the desk, nobody mends her own, nor sees who contests it. Raises OwnRecord, OwnAccount."""
    if whom.record_id is not None:
        demand_other_record(whom.record_id, by=by)
    for account_id in whom.account_ids:
        demand_another(account_id, by=by)
        held = held_by(account_id)
        if (
            held is not None
        ):  # a rival's page has no record, but what stands on it is about the one that she contests
            demand_other_record(held.record_id, by=by)


def person_page(whom: Whom, *, before: int | None, by: str) -> PersonPage:
    """Raises ObjectDoesNotExist, and OwnRecord or OwnAccount for whoever would open her own."""
    file = person_file(whom.record_id, by=by) if whom.record_id else None
    sides = tuple(_side(account_id, by=by) for account_id in whom.account_ids)
    names, born = names_and_birth_date(whom, file=file)
    misses = search_misses(names, born, by=by) if born else None
    mails = mails_to(_addresses(file, sides), by=by)
    cases = tuple(cases_about(record_id=whom.record_id, account_ids=whom.account_ids, by=by))
    people = {side.account.account_id: side.first_name or side.account.username for side in sides}
    timeline = timeline_of(_subjects(whom, cases), people=people, before=before, by=by)
    name = " ".join(names[0]).strip() if names else ""
    if file and file.stored.generation_code_suffix:
        name = f"{name} {file.stored.generation_code_suffix}"
    return PersonPage(
        whom=whom,
        name=name or sides[0].account.username,
        file=file,
        sides=sides,
        misses=misses,
        mails=mails,
        cases=cases,
        timeline=timeline,
    )


def names_and_birth_date(whom: Whom, *, file: PersonFile | None) -> tuple[list[tuple[str, str]], date | None]:
    """Every name that she may be searched by, the one in use first, and the birth date."""
    if file is not None:
        return list(file.names), file.born
    names = [name for account_id in whom.account_ids for name in stated_names(account_id)]
    stated = stated_by(whom.account_ids[0])
    return names, date.fromisoformat(stated.birth_date) if stated and stated.birth_date else None


def _side(account_id: UUID, *, by: str) -> Side:
    stated = stated_by(account_id)
    return Side(
        account=account_for_staff(account_id, by=by),
        state=state_of_account(account_id),
        held=held_by(account_id),
        stated=stated,
        first_name=stated.first_name if stated else "",
        reveals_stopped=used_up(Limit.SSN_REVEALS_STOPPED, f"account:{account_id}"),
    )


def _addresses(file: PersonFile | None, sides: tuple[Side, ...]) -> list[str]:
    on_file = [file.stored.contact_email] if file and file.stored.contact_email else []
    return [*on_file, *(entry.email for side in sides for entry in side.account.addresses)]


def _subjects(whom: Whom, cases: tuple[CaseOfPerson, ...]) -> list[str]:
    """Everything of hers that the log may name. An account that held the record once is somebody else's."""
    return [
        *whom.subjects,
        *(f"record:{each}" for each in (absorbed_into(whom.record_id) if whom.record_id else ())),
        *(f"case:{case.case_id}" for case in cases),
        *(f"recovery:{each}" for each in recovery_ids_of(whom.account_ids)),
        *(f"correction:{each}" for each in correction_ids_of(whom.account_ids)),
    ]
