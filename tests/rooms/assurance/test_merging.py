"""A merge makes nobody surer: who holds the record afterwards, by what she proves it, who is told, and what comes back."""

import pytest

from kecs.assurance.actions import begin_claim, disavow_holding, give_evidence, release
from kecs.assurance.levels import EvidenceKind
from kecs.assurance.merging.actions import approve, merge, unmerge
from kecs.assurance.models import Evidence
from kecs.mail.models import OutboxMessage
from kecs.records.kinds import MergeReason
from kecs.records.merging.actions import NeedsTwo, NotAsChosen, NotOpen, OwnRecord, propose_merge
from kecs.records.merging.actions import withdraw_merge as withdraw
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.merging.queries import Obstacle
from kecs.records.merging.undoing.actions import CannotUndo
from kecs.records.models import Holding
from tests.factories.claims import (
    ON_FILE,
    account_id,
    ask_for_code,
    code_in,
    confirm_address,
    enter,
    hold_of,
    holder,
    newest,
    sign_in,
    this_was_not_me,
)
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

TWIN = Person(first_name="Maria", last_surname="Ortega", ssn="900554329", email="twin@example.org")
THIEF = "thief@example.net"


@pytest.fixture
def twin():
    """María a second time, with a slip in her SSN and no address on file."""
    return on_file(TWIN, contact_email="")


def chosen(keeper=None, checked=False, **sides):
    facts = {name: sides.get(name, Side.FIRST) for name in FACTS}
    return Choices(survivor=Side.FIRST, facts=facts, keeper=keeper, person_checked=checked)


def merged(first, second, choices=None, by="account:staff"):
    return merge(
        first_id=first.pk,
        second_id=second.pk,
        choices=choices or chosen(),
        reason=MergeReason.FACTS_AGREE,
        by=by,
    )


def told(kind):
    return set(OutboxMessage.objects.filter(kind=f"assurance.{kind}").values_list("to", flat=True))


def verified(username):
    give_evidence(holding_id=hold_of(username).pk, kind=EvidenceKind.STAFF_CHECK, by="tests")
    assert hold_of(username).level == 2


def test_a_claim_on_the_absorbed_record_does_not_come_to_see_the_other_one(record, twin):
    """A thief whose own address is on file for a thin record gains nothing by its being merged into a full one."""
    type(twin).objects.filter(pk=twin.pk).update(contact_email=THIEF)
    thief = InspectingClient()
    claim(thief, TWIN, username="thief", email=THIEF)
    merged(record, twin, chosen(email=Side.SECOND))
    assert holder(record) == "thief"
    assert told("merged") >= {ON_FILE, THIEF}  # the owner's address is told, though it is on file no more
    confirm_address(thief, THIEF)
    ask_for_code(thief)
    assert told("code") == set()
    assert hold_of("thief").level == 1
    assert heading(thief.get("/record")) != "Your record"


def test_a_code_that_was_mailed_before_the_merge_proves_nothing_after_it(client, record, twin):
    claim(client, MARIA)
    ask_for_code(client)
    code = code_in(newest("assurance.code"))
    merged(record, twin)
    enter(client, code)
    assert (hold_of("maria.fuentes").level, Evidence.objects.count()) == (1, 0)


def test_an_address_that_is_on_file_for_both_proves_both(client, record, twin):
    type(twin).objects.filter(pk=twin.pk).update(contact_email=ON_FILE.upper())
    claim(client, MARIA)
    ask_for_code(client)
    merged(record, twin)
    enter(client, code_in(newest("assurance.code")))
    confirm_address(client, MARIA.email)
    assert hold_of("maria.fuentes").level == 2


def test_who_was_verified_for_one_proves_the_other_unless_staff_have_seen_her(client, record, twin):
    claim(client, MARIA)
    confirm_address(client, MARIA.email)
    verified("maria.fuentes")
    before = Holding.objects.values().get(), list(Evidence.objects.values())
    done = merged(record, twin)
    assert (hold_of("maria.fuentes").level, done.fell) == (1, True)
    assert "show once more" in newest("assurance.merged_prove", ON_FILE)
    unmerge(merge_id=done.merge_id, by="account:staff")
    assert (Holding.objects.values().get(), list(Evidence.objects.values())) == before
    assert told("unmerged") == {ON_FILE, MARIA.email}
    assert not merged(record, twin, chosen(checked=True)).fell
    assert hold_of("maria.fuentes").level == 2


def test_not_me_in_the_notice_freezes_the_claim_and_undoing_leaves_it_so(client, record, twin):
    claim(client, MARIA)
    confirm_address(client, MARIA.email)
    verified("maria.fuentes")
    done = merged(record, twin, chosen(checked=True))
    this_was_not_me(InspectingClient(), newest("assurance.merged", ON_FILE))
    unmerge(merge_id=done.merge_id, by="account:staff")
    assert hold_of("maria.fuentes").frozen_at is not None
    assert hold_of("maria.fuentes").level == 1


@pytest.fixture
def both(client, record, twin):
    """Both records held: María's by evidence, her twin's by a claim."""
    claim(client, MARIA)
    confirm_address(client, MARIA.email)
    verified("maria.fuentes")
    other = InspectingClient()
    claim(other, TWIN, username="twin", email=TWIN.email)
    confirm_address(other, TWIN.email)
    return record, twin


def proposed(both, choices, by="account:one"):
    first, second = both
    reason = MergeReason.FACTS_AGREE
    return propose_merge(first_id=first.pk, second_id=second.pk, choices=choices, reason=reason, by=by)


def test_two_that_are_held_take_two_members_of_staff(both):
    keeps = chosen(keeper=Side.FIRST, checked=True)
    with pytest.raises(NeedsTwo):
        merged(both[0], both[1], keeps)
    merge_id = proposed(both, keeps)
    with pytest.raises(OwnRecord):
        approve(merge_id=merge_id, by="account:one")
    before = list(Holding.objects.order_by("pk").values())
    approve(merge_id=merge_id, by="account:two")
    with pytest.raises(NotOpen):
        approve(merge_id=merge_id, by="account:three")
    assert holder(both[0]) == "maria.fuentes"
    assert hold_of("twin").released_because == "merged"
    assert told("merged_away") == {TWIN.email}
    assert heading(sign_in(InspectingClient(), "twin")) == "Home Page"
    unmerge(merge_id=merge_id, by="account:two")
    assert list(Holding.objects.order_by("pk").values()) == before
    assert (holder(both[0]), holder(both[1])) == ("maria.fuentes", "twin")


def test_the_weaker_account_does_not_go_on_unseen_nor_a_frozen_one(both):
    with pytest.raises(NotAsChosen):
        proposed(both, chosen(keeper=Side.SECOND))
    disavow_holding(holding_id=hold_of("twin").pk, by="tests")
    with pytest.raises(NotAsChosen):
        proposed(both, chosen(keeper=Side.SECOND, checked=True))


@pytest.mark.parametrize("holder", ["maria.fuentes", "twin"])
def test_nobody_merges_a_record_of_her_own(both, holder):
    own = f"account:{account_id(holder)}"
    with pytest.raises(OwnRecord):
        proposed(both, chosen(keeper=Side.FIRST), by=own)
    merge_id = proposed(both, chosen(keeper=Side.FIRST))
    with pytest.raises(OwnRecord):
        approve(merge_id=merge_id, by=own)
    withdraw(merge_id=merge_id, by="account:two")
    assert proposed(both, chosen(keeper=Side.FIRST)) != merge_id


@pytest.mark.parametrize("holder", ["maria.fuentes", "twin"])
def test_nobody_undoes_what_brings_her_own_hold_back(both, holder):
    """Who lost her record holds nothing live, and would fetch it back alone."""
    merge_id = proposed(both, chosen(keeper=Side.FIRST, checked=True))
    approve(merge_id=merge_id, by="account:two")
    with pytest.raises(OwnRecord):
        unmerge(merge_id=merge_id, by=f"account:{account_id(holder)}")
    assert hold_of("twin").released_because == "merged"
    unmerge(merge_id=merge_id, by="account:three")


def test_the_account_that_lost_its_record_has_another_one_by_now(both):
    merge_id = proposed(both, chosen(keeper=Side.FIRST, checked=True))
    approve(merge_id=merge_id, by="account:two")
    ruth = on_file(Person(first_name="Ruth", ssn="900667777"))
    begin_claim(record_id=ruth.pk, account_id=account_id("twin"), because=(), by="tests")
    with pytest.raises(CannotUndo) as refused:
        unmerge(merge_id=merge_id, by="account:two")
    assert refused.value.obstacles == (Obstacle.ACCOUNT_HOLDS_ANOTHER,)
    release(holding_id=hold_of("twin").pk, reason="wrong_person", by="tests")
    unmerge(merge_id=merge_id, by="account:two")
    assert holder(both[1]) == "twin"
