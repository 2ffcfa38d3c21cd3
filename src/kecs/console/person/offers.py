"""Which repairs a person's page offers now, by side and role: a link stands only where it leads to something that can be done."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.urls import reverse

from kecs.accounts.help_desk.queries import named
from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.levels import TRANSITIONS, Event, EvidenceKind, State
from kecs.assurance.queries import evidence_that_counts, state_of_hold
from kecs.console.messages import OPEN_CASE, REPAIRS, STATES
from kecs.console.permissions import may
from kecs.console.person.queries import PersonPage, Side, Whom
from kecs.console.person.troubles import Trouble, troubles_of
from kecs.console.person.vocabulary import ENDINGS
from kecs.console.repairs import RULES, Repair
from kecs.records.person_file.queries import Hold

Offers = dict[str, str]  # a repair's name for templates, and where it leads


def offers_for_side(side: Side, *, roles: Collection[StaffRole]) -> Offers:
    """Of one account."""
    account_id = side.account.account_id
    return _may(_for_side(side), roles, lambda repair: repair_url(repair, account_id=account_id))


def offers_for_person(page: PersonPage, *, roles: Collection[StaffRole]) -> Offers:
    """Of the record, or of the person without one."""
    return _may(_for_person(page), roles, lambda repair: person_repair_url(repair, page.whom))


def repair_url(repair: Repair, *, account_id: UUID) -> str:
    """The page of a repair of an account."""
    return reverse("console:account_repair", kwargs={"account_id": account_id, "repair": repair.value})


def person_repair_url(repair: Repair, whom: Whom) -> str:
    """The page of a repair of the record; of somebody without one it is the account's."""
    if whom.record_id is None:
        return repair_url(repair, account_id=whom.account_ids[0])
    return reverse("console:person_repair", kwargs={"record_id": whom.record_id, "repair": repair.value})


def person_url(whom: Whom) -> str:
    """The page itself."""
    if whom.record_id is None:
        return reverse("console:account", kwargs={"account_id": whom.account_ids[0]})
    return reverse("console:person", kwargs={"record_id": whom.record_id})


def _may(repairs: Iterator[Repair], roles: Collection[StaffRole], url_of: Callable[[Repair], str]) -> Offers:
    return {repair.name.lower(): url_of(repair) for repair in repairs if may(roles, RULES[repair].function)}


def _for_side(side: Side) -> Iterator[Repair]:
    account = side.account
    if account.active:
        yield from (Repair.SEND_USERNAME, Repair.SEND_PASSWORD_LINK)
        yield Repair.STOP_RECOVERY if account.recovery else Repair.START_RECOVERY
    if any(not address.confirmed for address in account.addresses):
        yield Repair.SEND_CONFIRMATION
    if account.failures:
        yield Repair.UNLOCK
    if side.held is not None:
        yield Repair.RELEASE
        if side.state is not State.VERIFIED and (side.state, Event.EVIDENCE_GIVEN) in TRANSITIONS:
            yield from (Repair.SEND_CODE, Repair.RAISE_EVIDENCE)
            if EvidenceKind.DISTRICT_CHECK in evidence_that_counts():
                yield Repair.DISTRICT_CHECK
    if side.reveals_stopped:
        yield Repair.ALLOW_REVEALS


def _for_person(page: PersonPage) -> Iterator[Repair]:
    yield Repair.CORRECT
    if page.misses and (page.misses.today or page.misses.in_all):
        yield Repair.CLEAR_SEARCHES


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A trouble in words, and where it is mended."""

    words: str = field(repr=False)
    url: str = ""
    link: str = ""


def links_of(page: PersonPage, *, roles: Collection[StaffRole]) -> list[Link]:
    """What is wrong, each with its next step where these roles may take it."""
    return [_link(trouble, page.whom) for trouble in troubles_of(page, roles=roles)]


def _link(trouble: Trouble, whom: Whom) -> Link:
    if trouble.case_id is not None:
        url = reverse("console:case", kwargs={"case_id": trouble.case_id})
        return Link(words=trouble.words, url=url, link=str(OPEN_CASE))
    if trouble.repair is None:
        return Link(words=trouble.words)
    url = (
        repair_url(trouble.repair, account_id=trouble.account_id)
        if trouble.account_id
        else person_repair_url(trouble.repair, whom)
    )
    return Link(words=trouble.words, url=url, link=str(REPAIRS[trouble.repair]))


def holds_of(page: PersonPage) -> list[tuple[Hold, str, str]]:
    """Every hold on the record, with the username and how it stands or ended."""
    if page.file is None:
        return []
    names = named(hold.held.account_id for hold in page.file.holds)
    return [
        (
            hold,
            names[hold.held.account_id].username,
            str(ENDINGS[hold.held.ended] if hold.held.ended else STATES[state_of_hold(hold.held)]),
        )
        for hold in page.file.holds
        if hold.held.account_id in names
    ]
