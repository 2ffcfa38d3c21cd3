"""`kecs tidy` destroys what its table names, leaves what is used or under a legal hold, and tells the log how much, never what."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kecs.accounts.models import User
from kecs.audit.queries import newest_of
from kecs.config.retention.actions import destroy_old_data
from kecs.config.retention.periods import PERIODS, Kept
from kecs.corrections.documents.actions import destroy_old_documents
from kecs.corrections.models import Correction
from kecs.mail.models import OutboxMessage
from kecs.records.kinds import Ending
from kecs.records.models import Holding, StatedIdentity
from tests.factories.people import MARIA, on_file
from tests.factories.visits import claim

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=400)


def hold(*words: str) -> str:
    out = io.StringIO()
    call_command("hold", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def maria(client):
    """Her claim lapsed, she never confirmed her address, and all of it is long ago."""
    record = on_file(MARIA)
    claim(client, MARIA)
    User.objects.update(created_at=LONG_AGO, last_login=LONG_AGO)
    OutboxMessage.objects.update(queued_at=LONG_AGO, status="sent", sent_at=LONG_AGO, body_sealed=None)
    account = User.objects.get()
    Correction.objects.create(
        account=account,
        case_id=record.pk,
        asked_sealed=b"x",
        state="refused",
        closed_at=LONG_AGO,
        closed_by="account:staff",
    )
    return record, account


def lapse() -> None:
    Holding.objects.update(
        released_at=LONG_AGO,
        released_by="system:lapse",
        released_because=Ending.LAPSED.value,
        provisional_until=None,
    )


def test_what_is_in_use_stays_and_what_is_over_goes(maria):
    assert not destroy_old_data(by="tests")[Kept.UNCONFIRMED_ACCOUNTS]  # she holds a record
    lapse()
    gone = destroy_old_data(by="tests")
    assert (gone[Kept.UNCONFIRMED_ACCOUNTS], User.objects.count(), StatedIdentity.objects.count()) == (
        1,
        0,
        0,
    )
    assert not OutboxMessage.objects.exists()
    told = newest_of("config.data_destroyed")
    assert told is not None
    assert "unconfirmed_accounts:1" in told.keys["rows"]
    assert MARIA.email not in str(told)


def test_a_legal_hold_keeps_all_of_a_person(maria):
    record, account = maria
    lapse()
    assert "is under a legal hold." in hold("place", "record", str(record.pk), "--because", "litigation")
    assert "already" in hold("place", "record", str(record.pk), "--because", "audit")
    assert "litigation" in hold("list")
    gone = destroy_old_data(by="tests")
    assert not destroy_old_documents(by="tests")
    assert (gone[Kept.UNCONFIRMED_ACCOUNTS], gone[Kept.LAPSED_CLAIMS], gone[Kept.MAIL_ROWS]) == (0, 0, 0)
    assert User.objects.filter(pk=account.pk).exists()
    assert Holding.objects.exists()
    assert OutboxMessage.objects.exists()
    hold("lift", "record", str(record.pk))
    assert destroy_old_documents(by="tests") == 1
    assert destroy_old_data(by="tests")[Kept.UNCONFIRMED_ACCOUNTS] == 1
    with pytest.raises(CommandError, match="There is no hold"):
        hold("lift", "record", str(record.pk))


def test_whoever_confirmed_an_address_stays(maria):
    lapse()
    maria[1].emailaddress_set.update(verified=True)
    gone = destroy_old_data(by="tests")
    assert (gone[Kept.UNCONFIRMED_ACCOUNTS], gone[Kept.LAPSED_CLAIMS]) == (0, 1)


def test_the_guide_shows_the_table():
    page = Path("docs/guides/retention.md").read_text(encoding="utf-8")
    for kept, period in PERIODS.items():
        lasts = (
            f"{period.lasts.days} days" if period.lasts else ("at once" if period.lasts is not None else "")
        )
        assert (
            f"| `{kept}` | {lasts} | {period.since} | {period.then} | {'yes' if period.held else 'no'} |"
            in page
        )
