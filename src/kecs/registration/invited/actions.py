"""Invite somebody who gave no SSN, and open her account when she follows the link; what is left of invitations is forgotten."""

import json
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.urls import reverse

from kecs.accounts.actions import NewAccount, open_account
from kecs.accounts.tokens import digest_of_token, new_token
from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.guard.queries import database_clock
from kecs.pii.fields import seal_into
from kecs.records.actions import Identity, create_record_apart, state_identity
from kecs.records.holdings.actions import hold_record
from kecs.records.kinds import AssuranceLevel
from kecs.registration import events
from kecs.registration.actions import register_once
from kecs.registration.invited.queries import Invited, key_of, over_since
from kecs.registration.models import Invitation


class InvitedBefore(Exception):
    """She followed the link that she had: there is an account."""


class NoInvitation(Exception):
    """It was taken back, or another was sent, while she filled in the form."""


@whole
def invite_without_ssn(
    *, case_id: UUID, first_name: str, last_surname: str, birth_date: date, email: str, by: str
) -> str:
    """The path of a link, good for a week, that leads to her account. The one before, if any, ends. Raises InvitedBefore."""
    earlier = Invitation.objects.select_for_update(no_key=True).filter(case_id=case_id)
    if any(each.account_id for each in earlier):
        raise InvitedBefore
    earlier.delete()
    token = new_token()
    row = Invitation(
        case_id=case_id, token_digest=digest_of_token(token), made_at=database_clock(), made_by=by
    )
    facts = {
        "first_name": first_name,
        "last_surname": last_surname,
        "birth_date": birth_date.isoformat(),
        "email": email,
    }
    seal_into(row, "facts_sealed", json.dumps(facts))
    row.save(force_insert=True)
    record(event=events.Invited(subject=f"case:{case_id}"), by=by)
    return reverse("registration:invited_link", kwargs={"token": token})


def create_invited_account(*, invited: Invited, new: NewAccount, by: str) -> UUID:
    """Her account, and a record of her own that waits for proof, as one that nobody has seen a paper of.

    Was she on file all along, staff merge the two records, which shows both sides and what moves. Raises UsernameTaken,
    AlreadyRegistered, NoInvitation.
    """
    claim = invited.claim
    identity = Identity(
        first_name=claim.first_name, last_surname=claim.last_surname, birth_date=claim.birth_date, ssn=""
    )

    def register(account_id: UUID) -> str:
        waits = Invitation.objects.filter(pk=invited.invitation_id, account_id=None, made_at__gt=over_since())
        if not waits.update(
            account_id=account_id, facts_sealed=None
        ):  # they stand with the account from now on
            raise NoInvitation
        open_account(account_id=account_id, new=new, by=by)
        state_identity(account_id=account_id, identity=identity, by=by)
        made = create_record_apart(account_id=account_id, by=by)
        if made is None:
            raise NoInvitation
        level = AssuranceLevel.UNDER_REVIEW
        hold_record(record_id=made, account_id=account_id, level=level, because=(), by=by)
        return "new"

    return register_once(
        key=key_of(invited.invitation_id), register=register, road="invited", began_at=None, by=by
    )


def forget_invitations(*, by: str) -> int:
    """Those that nobody followed in their week; how many."""
    return Invitation.objects.filter(account_id=None, made_at__lte=over_since()).delete()[0]


@whole
def let_go_of_invitations(*, invitation_ids: Collection[UUID], by: str) -> None:
    """Those that nobody followed, and whose facts a lost key sealed: staff invite anew."""
    Invitation.objects.filter(pk__in=invitation_ids, account_id=None).delete()
