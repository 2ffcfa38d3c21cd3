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
RECOVERY_KIND = "recovery"
KINDS[RECOVERY_KIND] = _("Someone wants to get in again")
# Where people are on their way in, as the weekly picture names it.
STAGES = {
    "searched": _("Searched for their record"),
    "went_on": _("Went on to choose a username and password"),
    "registered": _("Came to the Home Page"),
    "confirmed": _("Confirmed their email"),
    "verified": _("Proved that the record is theirs"),
}
# What the security officer's pages call the events that they list.
EVENT_WORDS: dict[str, "StrOrPromise"] = {
    "console.case_looked_at": _("Opened a case"),
    "console.recovery_looked_at": _("Opened a request to get in again"),
    "console.people_sought": _("Looked for a person"),
    "console.many_people_sought": _("Looked for very many people within an hour"),
    "console.letters_looked_at": _("Opened the list of letters"),
    "corrections.facts_opened": _("Opened what a correction asks, with the whole number"),
    "corrections.document_opened": _("Opened a document"),
    "console.page_refused": _("Asked for a page that her role does not open"),
    "guard.strict_mode_began": _("Many identities are tried: searches ask for a mailbox"),
    "assurance.claim_disavowed": _("Someone said of a claim: this wasn't me"),
    "corrections.correction_contested": _("Someone said of a correction: this wasn't me"),
    "accounts.sign_in_disowned": _("Someone said of a sign-in: this wasn't me"),
    "accounts.recovery_cancelled": _("Someone stopped a request to get in again"),
    "accounts.address_change_undone": _("Someone took back a change of addresses"),
    "accounts.role_given": _("Gave a role"),
    "accounts.role_taken": _("Took a role away"),
}
CHOOSE_OUTCOME = _("Choose what to do.")
CHOOSE_REASON = _("Choose a reason.")
CHOOSE_RECORD = _("Choose the record that is this person's.")
WRITE_NOTE = _("Write to the person why. Keep it short.")
OWN_CASE = _("This is about you. Ask a colleague to decide it.")
NOT_POSSIBLE = _("This is not possible any more, because something changed. Look at the case again.")
