"""What the database itself refuses, whichever code asks: each constraint and trigger of this room, broken on purpose."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kecs.accounts.models import User
from kecs.pii.fields import seal_into
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import Case, EducatorRecord, Holding, IdentityKey, OtherName, StatedIdentity
from tests.factories.people import MARIA, Person, on_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    """A record on file."""
    return on_file(MARIA, other_names=[("", "Delgado")])


@pytest.fixture
def account():
    """An account that holds nothing."""
    return an_account()


def an_account():
    number = User.objects.count()
    return User.objects.create(username=f"user{number}", email=f"user{number}@example.org")


def held(record, account, **instead):
    values = {
        "level": AssuranceLevel.PROVISIONAL,
        "held_by": "tests",
        "provisional_until": timezone.now(),
        **instead,
    }
    return Holding.objects.create(record=record, account=account, **values)


def refused(change):
    """The change, inside a savepoint: the database must say no."""
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_one_live_holding_a_record(record, account):
    held(record, account)
    refused(lambda: held(record, an_account()))


def test_one_live_holding_an_account(record, account):
    held(record, account)
    refused(lambda: held(on_file(Person(first_name="Ruth", ssn="901111234")), account))


def test_a_released_record_may_be_held_again(record, account):
    held(record, account, released_at=timezone.now(), released_by="tests", released_because="staff")
    held(record, an_account())
    assert Holding.objects.count() == 2


@pytest.mark.parametrize(
    "half",
    [
        {"released_at": timezone.now()},
        {"released_by": "tests"},
        {"released_because": "staff"},
        {"released_at": timezone.now(), "released_by": "tests"},
        {"released_at": timezone.now(), "released_by": "tests", "released_because": "boredom"},
        {"level": 2, "frozen_at": timezone.now(), "frozen_by": "tests"},
        {"provisional_until": None},
        {"contests": True},
        {"contests": True, "level": 2},
        {"contests": True, "level": 0, "provisional_until": None},
        {"frozen_at": timezone.now()},
        {"frozen_by": "tests"},
        {"level": 7},
    ],
)
def test_a_holding_is_never_half_anything(record, account, half):
    refused(lambda: held(record, account, **half))


def test_contests_stand_beside_the_holding_and_beside_each_other(record, account):
    held(record, account)
    for _each in range(2):
        held(record, an_account(), contests=True, level=0)
    refused(lambda: held(record, account, contests=True, level=0))


@pytest.mark.parametrize("half", [{"closed_at": timezone.now()}, {"closed_by": "tests"}])
def test_a_case_is_never_half_closed(half):
    refused(lambda: Case.objects.create(kind="several", opened_by="tests", **half))


def test_one_record_a_staff_unique_id(record):
    refused(lambda: EducatorRecord.objects.create(staff_unique_id=record.staff_unique_id))


def test_one_record_a_full_ssn(record):
    other = EducatorRecord.objects.create(staff_unique_id="OTHER")
    key = IdentityKey.objects.get(record=record, kind="ssn")
    refused(
        lambda: IdentityKey.objects.create(record=other, kind="ssn", key_id=key.key_id, digest=key.digest)
    )


def test_two_records_may_share_a_birth_date_and_last_four(record):
    other = EducatorRecord.objects.create(staff_unique_id="OTHER")
    key = IdentityKey.objects.get(record=record, kind="birth_date+last4")
    IdentityKey.objects.create(record=other, kind=key.kind, key_id=key.key_id, digest=key.digest)
    refused(
        lambda: IdentityKey.objects.create(record=other, kind=key.kind, key_id=key.key_id, digest=key.digest)
    )


def test_another_name_is_kept_once_and_is_never_empty(record):
    refused(lambda: OtherName.objects.create(record=record, last_surname="Delgado"))
    refused(lambda: OtherName.objects.create(record=record))


def test_one_stated_identity_an_account(account):
    StatedIdentity.objects.create(account=account, first_name="María", last_surname="Fuentes")
    refused(lambda: StatedIdentity.objects.create(account=account, first_name="Eve", last_surname="Thief"))


@pytest.mark.parametrize(
    "change",
    [{"first_name": "Eve"}, {"last_surname": "Thief"}, {"ssn_sealed": b"x"}, {"birth_date_sealed": None}],
)
def test_what_a_person_stated_is_never_changed(account, change):
    stated = StatedIdentity.objects.create(
        account=account, first_name="María", last_surname="Fuentes", birth_date_sealed=b"\x01sealed"
    )
    refused(lambda: StatedIdentity.objects.filter(pk=stated.pk).update(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": "Eve"},
        {"middle_name": "X"},
        {"last_surname": "Thief"},
        {"generation_code_suffix": "Jr"},
        {"staff_unique_id": "STOLEN"},
        {"ssn_sealed": b"x"},
        {"ssn_sealed": None},
        {"birth_date_sealed": b"x"},
        {"birth_date_sealed": None},
    ],
)
def test_an_identity_changes_only_with_its_version(record, change):
    refused(lambda: EducatorRecord.objects.filter(pk=record.pk).update(**change))
    refused(
        lambda: EducatorRecord.objects.filter(pk=record.pk).update(
            **change, identity_version=record.identity_version - 1
        )
    )
    EducatorRecord.objects.filter(pk=record.pk).update(**change, identity_version=record.identity_version + 1)


def test_the_rest_of_a_record_changes_freely(record):
    record.contact_email, record.deceased = "new@example.org", True
    record.save()
    record.refresh_from_db()
    assert record.contact_email == "new@example.org"


def test_a_sealed_value_of_another_row_does_not_open(record):
    from kecs.pii.fields import unseal_from
    from kecs.pii.seal import SealBroken

    other = EducatorRecord(id=uuid4(), staff_unique_id="OTHER")
    seal_into(other, "ssn_sealed", "900111234")
    record.ssn_sealed = other.ssn_sealed
    with pytest.raises(SealBroken):
        unseal_from(record, "ssn_sealed")


def test_a_holder_keeps_the_record_from_being_deleted(record, account):
    held(record, account)
    with pytest.raises(IntegrityError), transaction.atomic():
        EducatorRecord.objects.filter(pk=record.pk).delete()


def test_usernames_are_one_in_any_case():
    User.objects.create(username="Maria", email="a@example.org")
    refused(lambda: User.objects.create(username="mARIA", email="b@example.org"))
