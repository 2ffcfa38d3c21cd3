"""The words of this room: kinds of case, outcomes and reasons, as staff read them."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.actions import Reason
from kecs.console.outcomes import Outcome
from kecs.records.kinds import CaseKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS: dict[str, "StrOrPromise"] = {
    CaseKind.SEVERAL: _("Several records fit"),
    CaseKind.NEAR_MATCH: _("A record is close"),
    CaseKind.ALREADY_HELD: _("The record is taken"),
    CaseKind.DECEASED: _("The record says deceased"),
    CaseKind.SSN_ON_FILE_OTHER_NAME: _("Same social, other name"),
    CaseKind.NO_SSN: _("Registration without a social"),
    CaseKind.DISAVOWED_CLAIM: _("Someone said: this wasn't me"),
    CaseKind.CONTESTED_CLAIM: _("Two people claim one record"),
    CaseKind.CORRECTION: _("Correction asked for"),
    CaseKind.LINKAGE_DUPLICATE: _("One person on file twice?"),
    CaseKind.LINKAGE_OTHER_FIRST_NAME: _("One social, two first names"),
}
OUTCOME_LABELS = {
    Outcome.UNFREEZE: _("False alarm: open the claim again"),
    Outcome.RELEASE: _("Take the record from this account"),
    Outcome.GIVE_TO_CLAIMANT: _("Give the record to the person who contests it"),
    Outcome.KEEP_WITH_HOLDER: _("Leave the record with the account that has it"),
    Outcome.GIVE_EVIDENCE: _("This is the person: give the record"),
    Outcome.ACCEPT: _("Accept the correction"),
    Outcome.REFUSE: _("Refuse"),
    Outcome.ANSWERED: _("Done: I helped this person"),
    Outcome.NOTED: _("Seen: close the case"),
    Outcome.APPROVE: _("Let this person in, after 24 hours"),
}
REASONS = {
    Reason.PERSON_CHECKED: _("I checked who the person is"),
    Reason.WRONG_PERSON: _("It is not this person"),
    Reason.ASKED_BY_HOLDER: _("The account's owner asked for it"),
    Reason.FALSE_ALARM: _("It was a false alarm"),
}
ROLES = {
    StaffRole.HELP_DESK: _("Help desk: finds people, sends mail again, helps them in"),
    StaffRole.RECORDS: _("Records: imports, corrects and merges records, decides cases"),
    StaffRole.REVIEWER: _("Reviewer: decides cases"),
    StaffRole.SECURITY_OFFICER: _("Security officer: sees who looked at whom, and what was tried"),
    StaffRole.ADMINISTRATOR: _("Administrator: says who is staff"),
}
CHOOSE_OUTCOME = _("Choose what to do.")
CHOOSE_REASON = _("Choose a reason.")
CHOOSE_RECORD = _("Choose the record that is this person's.")
WRITE_NOTE = _("Write to the person why. Keep it short.")
OWN_CASE = _("This is about you. Ask a colleague to decide it.")
NOT_POSSIBLE = _("This is not possible any more, because something changed. Look at the case again.")
