"""Let go of what a lost key sealed, a few rows at a time, each time with its line on the log; `kecs keys lost` calls this.

A value is known for one of the lost key's by the number in front of it. What a key that we have sealed and does not open all
the same was forged or damaged: nothing here touches it, and it stops whoever meets it, as before.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models

from kecs.accounts.factors.actions import let_go_of_authenticators
from kecs.accounts.recovery.actions import let_go_of_recoveries
from kecs.accounts.shut_out.actions import let_go_of_sessions
from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.config.events import KeyLost, ValuesLetGo
from kecs.config.keys.lost.queries import pages_of_records, under_lost_key
from kecs.config.keys.places import Place, places
from kecs.corrections.documents.actions import let_go_of_parts
from kecs.corrections.letting_go.actions import (
    let_go_of_asked,
    let_go_of_desk_facts,
    let_go_of_facts_before,
    let_go_of_reasons,
)
from kecs.mail.actions import let_go_of_errands, let_go_of_mails
from kecs.pii.fields import the_keyring
from kecs.records.letting_go import actions as records
from kecs.registration.invited.actions import let_go_of_invitations

AT_ONCE = 200  # rows in one transaction

# What becomes of the rows of a place, in the words of its room.
LETS_GO: Mapping[str, Callable[[list[Any], str], object]] = {
    "accounts_recovery.facts_sealed": lambda ids, by: let_go_of_recoveries(recovery_ids=ids, by=by),
    "corrections_correction.asked_sealed": lambda ids, by: let_go_of_asked(correction_ids=ids, by=by),
    "corrections_correction.before_sealed": lambda ids, by: let_go_of_facts_before(correction_ids=ids, by=by),
    "corrections_correction.reason_sealed": lambda ids, by: let_go_of_reasons(correction_ids=ids, by=by),
    "corrections_deskcorrection.before_sealed": lambda ids, by: let_go_of_desk_facts(
        correction_ids=ids, by=by
    ),
    "corrections_documentpart.content_sealed": lambda ids, by: let_go_of_parts(part_ids=ids, by=by),
    "django_session.session_data": lambda ids, by: let_go_of_sessions(stored_keys=ids, by=by),
    "mail_errand.facts_sealed": lambda ids, by: let_go_of_errands(errand_ids=ids, by=by),
    "mail_outboxmessage.body_sealed": lambda ids, by: let_go_of_mails(mail_ids=ids, by=by),
    "mfa_authenticator.data": lambda ids, by: let_go_of_authenticators(authenticator_ids=ids, by=by),
    "records_case.facts_sealed": lambda ids, by: records.let_go_of_case_facts(case_ids=ids, by=by),
    "records_educatorrecord.birth_date_sealed": lambda ids, by: records.let_go_of_facts(
        record_ids=ids, column="birth_date_sealed", by=by
    ),
    "records_educatorrecord.ssn_sealed": lambda ids, by: records.let_go_of_facts(
        record_ids=ids, column="ssn_sealed", by=by
    ),
    "records_recordmerge.after_sealed": lambda ids, by: records.let_go_of_merge_images(merge_ids=ids, by=by),
    "records_recordmerge.before_sealed": lambda ids, by: records.let_go_of_merge_images(merge_ids=ids, by=by),
    "records_recordnumber.told_sealed": lambda ids, by: records.let_go_of_what_files_told(
        number_ids=ids, by=by
    ),
    "records_statedidentity.birth_date_sealed": lambda ids, by: records.let_go_of_stated_facts(
        stated_ids=ids, column="birth_date_sealed", by=by
    ),
    "records_statedidentity.ssn_sealed": lambda ids, by: records.let_go_of_stated_facts(
        stated_ids=ids, column="ssn_sealed", by=by
    ),
    "records_undobatch.before_sealed": lambda ids, by: records.let_go_of_images_before(batch_ids=ids, by=by),
    "registration_invitation.facts_sealed": lambda ids, by: let_go_of_invitations(invitation_ids=ids, by=by),
}


class NotLost(Exception):
    """The key is in the keyring."""


def let_go_of_key(*, key_id: int, on_progress: Callable[[str, int], None], by: str) -> Counter[str]:
    """All that this key sealed and indexed; how much of what. It can be killed and called again. Raises NotLost."""
    if key_id in the_keyring().roots:
        raise NotLost
    found = under_lost_key(key_id)
    if found:
        _begin(key_id, found.total(), by=by)
    gone: Counter[str] = Counter()

    def count(name: str, many: int) -> None:
        if many:
            gone[name] += many
            on_progress(name, many)

    for place in places():
        after = None
        while (done := _let_go_some(place, key_id, after, by=by)) is not None:
            after, many = done
            count(place.name, many)
    for page in pages_of_records(AT_ONCE):
        count("digests", _let_go_of_digests(key_id, page, by=by))
    while many := _let_go_of_stated_digests(key_id, by=by):
        count("digests", many)
    count("records_undobatch.before_sealed", _let_go_of_images(key_id, by=by))
    return gone


@whole
def _begin(key_id: int, values: int, *, by: str) -> None:
    record(event=KeyLost(subject="-", key=key_id, values=values), by=by)


@whole
def _let_go_some(place: Place, key_id: int, after: object, *, by: str) -> tuple[object, int] | None:
    """Some rows behind this one; the last of them and how many, None at the end."""
    rows = place.sealed().filter(beginning__in=place.beginnings(key_id)).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    page: list[models.Model] = list(rows.select_for_update(of=("self",), no_key=True)[:AT_ONCE])
    if not page:
        return None
    LETS_GO[place.name]([row.pk for row in page], by)
    _told(key_id, place.name, len(page), by=by)
    return page[-1].pk, len(page)


@whole
def _let_go_of_digests(key_id: int, record_ids: list[Any], *, by: str) -> int:
    many = records.let_go_of_digests(key_id=key_id, record_ids=record_ids, by=by)
    return _told(key_id, "digests", many, by=by)


@whole
def _let_go_of_stated_digests(key_id: int, *, by: str) -> int:
    many = records.let_go_of_stated_digests(key_id=key_id, most=AT_ONCE, by=by)
    return _told(key_id, "digests", many, by=by)


@whole
def _let_go_of_images(key_id: int, *, by: str) -> int:
    many = records.let_go_of_images_with(key_id=key_id, by=by)
    return _told(key_id, "records_undobatch.before_sealed", many, by=by)


def _told(key_id: int, place: str, many: int, *, by: str) -> int:
    if many:
        record(event=ValuesLetGo(subject="-", key=key_id, place=place, values=many), by=by)
    return many
