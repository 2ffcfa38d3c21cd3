"""How sure we are of an account, what letters wait for staff, what suffices: other rooms and this room's actions ask here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest

from kecs.accounts.queries import confirmed_addresses, is_fresh, signed_in
from kecs.accounts.tokens import digest_of_token
from kecs.assurance.levels import EvidenceKind, Standing, State, seen
from kecs.assurance.models import ClaimCode, ClaimNotice, Evidence, Letter
from kecs.guard.queries import database_clock
from kecs.pii.fields import digests_of
from kecs.records.holdings.queries import HeldRecord, address_on_file_before, holder_of, last_held_by
from kecs.records.holdings.queries import held_by as live_hold_of
from kecs.records.kinds import AssuranceLevel, Ending

CODE = "assurance.code"
LETTER_TAKES = timedelta(days=14)  # for staff to post it, where the claim lapsed meanwhile
_STATES = {
    AssuranceLevel.UNDER_REVIEW: State.UNDER_REVIEW,
    AssuranceLevel.PROVISIONAL: State.PROVISIONAL,
    AssuranceLevel.VERIFIED: State.VERIFIED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterToPost:
    """A letter that staff are to print and post. The address is the one in the agency's own files."""

    letter_id: UUID
    staff_unique_id: str = field(repr=False)
    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    asked_at: datetime
    printed_at: datetime | None
    printed_by: str


def evidence_that_counts() -> frozenset[EvidenceKind]:
    """The kinds that suffice, by the agency's table of settings."""
    return frozenset(EvidenceKind(kind) for kind in settings.KECS_EVIDENCE)


def state_of_hold(held: HeldRecord) -> State:
    """The state that a hold is stored in."""
    if held.ended:
        return State.RELEASED
    if held.frozen:
        return State.FROZEN
    return State.CONTESTING if held.contests else _STATES[held.level]


def standing_of(held: HeldRecord) -> Standing:
    """All that decides about a hold."""
    kinds = Evidence.objects.filter(holding_id=held.holding_id, withdrawn_at=None).values_list(
        "kind", flat=True
    )
    return Standing(
        state=state_of_hold(held),
        evidence=frozenset(EvidenceKind(kind) for kind in kinds),
        email_confirmed=bool(confirmed_addresses(held.account_id)),
        blocked=held.contests and _verified_holds(held.record_id),
    )


def _verified_holds(record_id: UUID) -> bool:
    holder = holder_of(record_id)
    held = live_hold_of(holder) if holder else None
    return held is not None and state_of_hold(held) is State.VERIFIED


def state_of_account(account_id: UUID) -> State:
    """Where an account stands. Without any record it is under review: staff, or the settler, look for one."""
    return state_with(last_held_by(account_id))


def state_with(last: HeldRecord | None) -> State:
    """The same, of somebody whose hold, now or last, is at hand."""
    return state_of_hold(last) if last else State.UNDER_REVIEW


def state_for(request: HttpRequest) -> State:
    """Where the account of this session stands, its last sign-in looked at."""
    return seen(state_of_account(signed_in(request)), fresh=is_fresh(request))


def may_claim_again(held: HeldRecord | None) -> bool:
    """Whether this hold ended for want of evidence only."""
    return held is not None and held.ended is Ending.LAPSED


def may_begin(account_id: UUID) -> bool:
    """Whether there may be something to prove: not where staff, or stronger evidence, ended what this account held."""
    return may_begin_after(last_held_by(account_id))


def may_begin_after(last: HeldRecord | None) -> bool:
    """The same, of somebody whose hold, now or last, is at hand."""
    return last is None or not last.ended or may_claim_again(last)


def live_notice(token: str) -> ClaimNotice | None:
    """The notice whose reader has this token, for as long as she may use it."""
    return ClaimNotice.objects.filter(
        token_digest=digest_of_token(token), expires_at__gt=database_clock()
    ).first()


def of_same_claimant(held: HeldRecord) -> Q:
    """Codes and letters of this hold, and of claims by the same account on the same record that lapsed before it."""
    return Q(holding__account_id=held.account_id, holding__record_id=held.record_id)


def live_code(held: HeldRecord, typed: str) -> ClaimCode | None:
    """The code of this hold that was typed, if it works still. `typed` is in its one form.

    A letter takes days: its code outlives the claim, for the same account and record. A code that was mailed works while
    the address that it went to is the one on file: a merge, or an import, may have changed that.
    """
    working = ClaimCode.objects.filter(of_same_claimant(held), expires_at__gt=database_clock())
    ours = working.filter(Q(holding_id=held.holding_id) | Q(kind=EvidenceKind.LETTER_CODE.value))
    typed_one = (code for code in ours if bytes(code.digest) in digests_of(CODE, str(code.holding_id), typed))
    found = next(typed_one, None)
    mailed = found is not None and found.kind == EvidenceKind.CODE_TO_ADDRESS
    return None if mailed and not address_on_file_before(held) else found


def codes_made_before(at: datetime) -> int:
    """How many codes of an earlier time work still, or will once their letter is posted."""
    made = ClaimCode.objects.filter(made_at__lt=at)
    return made.exclude(expires_at__lte=database_clock()).count()


def letters_to_post() -> list[LetterToPost]:
    """The letters that wait for staff, the longest first. Who shows them records the look."""
    lapsed = Q(holding__released_because=Ending.LAPSED.value, asked_at__gt=database_clock() - LETTER_TAKES)
    waiting = Letter.objects.filter(Q(holding__released_at=None) | lapsed, posted_at=None).order_by(
        "asked_at"
    )
    return [
        LetterToPost(
            letter_id=letter.pk,
            staff_unique_id=letter.holding.record.staff_unique_id,
            first_name=letter.holding.record.first_name,
            last_surname=letter.holding.record.last_surname,
            asked_at=letter.asked_at,
            printed_at=letter.printed_at,
            printed_by=letter.printed_by,
        )
        for letter in waiting.select_related("holding__record")
    ]
