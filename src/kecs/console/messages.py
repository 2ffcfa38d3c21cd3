"""The words of this room: kinds of case, outcomes and reasons, as staff read them."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.accounts.recovery_status import Status
from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.actions import Reason
from kecs.assurance.levels import State
from kecs.console.outcomes import Outcome
from kecs.console.repairs import DistrictReason, LookReason, Repair, RepairReason
from kecs.records.kinds import CaseKind
from kecs.records.targets import RECOVERY

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
    RECOVERY: _("Someone wants to get in again"),
}
OUTCOME_LABELS = {
    Outcome.UNFREEZE: _("False alarm: open the claim again"),
    Outcome.RELEASE: _("Take the record from this account"),
    Outcome.GIVE_TO_CLAIMANT: _("Give the record to the person who contests it"),
    Outcome.KEEP_WITH_HOLDER: _("Leave the record with the account that has it"),
    Outcome.GIVE_EVIDENCE: _("This is the person: give the record"),
    Outcome.CLEAR_DECEASED: _("This is the person, and alive: correct the record and give it"),
    Outcome.NEW_PERSON: _("This is someone else: make a new record"),
    Outcome.PUT_BACK: _("Put the details back as they were"),
    Outcome.TWO_PEOPLE: _("These are two people"),
    Outcome.ACCEPT: _("Accept the correction"),
    Outcome.REFUSE: _("Refuse"),
    Outcome.INVITE: _("Invite this person to make an account"),
    Outcome.ANSWERED: _("Done: I helped this person"),
    Outcome.NOTED: _("Seen: close the case"),
    Outcome.AGREE: _("I am sure. A colleague decides after me"),
    Outcome.APPROVE: _("Let this person in, after 24 hours"),
}
REASONS = {
    Reason.PERSON_CHECKED: _("I checked who the person is"),
    Reason.WRONG_PERSON: _("It is not this person"),
    Reason.ASKED_BY_HOLDER: _("The account's owner asked for it"),
    Reason.FALSE_ALARM: _("It was a false alarm"),
    Reason.DOCUMENT_SEEN: _("I saw a document"),
    Reason.NO_ANSWER: _("The person did not answer"),
    Reason.DECIDED_WRONGLY: _("It was decided wrongly"),
}
ROLES = {
    StaffRole.HELP_DESK: _("Help desk: finds people, sends mail again, helps them in"),
    StaffRole.RECORDS: _("Records: imports, corrects and merges records, decides cases"),
    StaffRole.REVIEWER: _("Reviewer: decides cases"),
    StaffRole.SECURITY_OFFICER: _("Security officer: sees who looked at whom, and what was tried"),
    StaffRole.ADMINISTRATOR: _("Administrator: says who is staff"),
}
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
    "console.records_compared": _("Compared two records"),
    "console.person_looked_at": _("Opened a person's page"),
    "records.ssn_revealed": _("Saw a whole Social Security number"),
    "console.list_exported": _("Took a list of people along"),
    "console.rejects_taken": _("Downloaded the rejected rows of a file"),
    "console.unusual_export": _("Took a long list along, many lists, or one with socials"),
    "corrections.facts_opened": _("Opened what a correction asks, with the whole number"),
    "corrections.document_opened": _("Opened a document"),
    "console.page_refused": _("Asked for a page that their role does not open"),
    "config.backup_restored": _("The portal was restored from a backup"),
    "config.breach_reported": _("An operator asked who was affected by a breach"),
    "config.key_lost": _("A key is lost, and what it sealed was let go of"),
    "config.key_retired": _("An old key was taken out of the keyring"),
    "config.keyring_wrapped": _("What protects the keys in the keyring was changed"),
    "guard.strict_mode_began": _("Many identities are tried: searches ask for a mailbox"),
    "assurance.claim_disavowed": _("Someone said of a claim: this wasn't me"),
    "corrections.correction_contested": _("Someone said of a correction: this wasn't me"),
    "accounts.sign_in_disowned": _("Someone said of a sign-in: this wasn't me"),
    "accounts.recovery_cancelled": _("Someone stopped a request to get in again"),
    "accounts.address_change_undone": _("Someone took back a change of addresses"),
    "console.reveals_stopped": _("Asked for too many Social Security numbers"),
    "corrections.desk_correction_contested": _("Someone said of a correction at the desk: this wasn't me"),
    "accounts.role_given": _("Gave a role"),
    "accounts.role_taken": _("Took a role away"),
}
CHOOSE_OUTCOME = _("Choose what to do.")
CHOOSE_REASON = _("Choose a reason.")
CHOOSE_RECORD = _("Choose the record that is this person's.")
WRITE_NOTE = _("Write to the person why. Keep it short.")
OWN_CASE = _("This is about you. Ask a colleague to decide it.")
NOT_POSSIBLE = _("This is not possible any more, because something changed. Look at the case again.")
LOOK_REASONS = {
    LookReason.PHONE_CALL: _("Phone call"),
    LookReason.EMAIL: _("Email"),
    LookReason.LETTER: _("Letter"),
    LookReason.VISIT: _("The person is here"),
    LookReason.CASE: _("A case"),
    LookReason.OWN_CHECK: _("I check our data"),
}
REPAIR_REASONS = {
    RepairReason.CALLER_CHECKED: _("Phone call: I checked who it is"),
    RepairReason.VISITOR_CHECKED: _("The person is here: I checked who it is"),
    RepairReason.WRITTEN_CHECKED: _("Letter or email: I checked who it is"),
    RepairReason.FOUND_BY_STAFF: _("We found it ourselves"),
}
REPAIRS = {
    Repair.SEND_CONFIRMATION: _("Send the link to confirm an email address"),
    Repair.SEND_CODE: _("Mail a code to the address on file"),
    Repair.SEND_USERNAME: _("Mail the username"),
    Repair.SEND_PASSWORD_LINK: _("Mail a link to choose a new password"),
    Repair.UNLOCK: _("Unlock the sign-in"),
    Repair.CLEAR_SEARCHES: _("Let searches find this person again"),
    Repair.START_RECOVERY: _("Start a recovery"),
    Repair.STOP_RECOVERY: _("Stop the recovery"),
    Repair.RAISE_EVIDENCE: _("I checked a document: open the record"),
    Repair.DISTRICT_CHECK: _("The district confirmed the person: open the record"),
    Repair.RELEASE: _("Take the record from the account"),
    Repair.CORRECT: _("Correct name, birth date or number"),
    Repair.ALLOW_REVEALS: _("Allow whole Social Security numbers again"),
}
DISTRICT_REASONS = {
    DistrictReason.DISTRICT_CALLED: _("I called the district at the number in our own files"),
    DistrictReason.DISTRICT_WROTE: _("The district wrote to us, and I called it back"),
}
# What will happen, and whether it can be taken back, before the second click.
REPAIR_EFFECTS = {
    Repair.SEND_CONFIRMATION: _(
        "The link before stops working. It goes to that address only, and you do not see it. A mail cannot be taken back."
    ),
    Repair.SEND_CODE: _(
        "The code goes to the email address that was on file before the claim. The code before stops working. A mail cannot "
        "be taken back."
    ),
    Repair.SEND_USERNAME: _("It goes to the email address of the account. A mail cannot be taken back."),
    Repair.SEND_PASSWORD_LINK: _(
        "It goes to the email address of the account. You do not see it, and you never set a password. The link works once."
    ),
    Repair.UNLOCK: _(
        "All failed tries are forgotten, and the next try is the first one. The password stays as it is. If someone is "
        "guessing, the stop comes back by itself."
    ),
    Repair.CLEAR_SEARCHES: _(
        "Misses for the names on file with this birth date are forgotten. If someone is guessing, the stop comes back by "
        "itself."
    ),
    Repair.START_RECOVERY: _(
        "We write to every address that we know, and to the new one. When the person confirmed the new address, a colleague "
        "must approve it among the cases. 24 hours after that, it opens the account, and the second step is removed. Until "
        "then, anyone who got the notice can stop it, and so can you."
    ),
    Repair.STOP_RECOVERY: _("The account stays as it is. You can start a recovery again."),
    Repair.RAISE_EVIDENCE: _(
        "With a confirmed email address, the account sees the whole record from now on. Every address is told, with a link that "
        "stops it. To take it back, take the record from the account."
    ),
    Repair.DISTRICT_CHECK: _(
        "Someone at the district who knows the person said that the account is theirs. Never use a number that the person gave "
        "you. Every address is told, with a link that stops it. To take it back, take the record from the account."
    ),
    Repair.RELEASE: _(
        "The account does not see the record any more, and is told. The record stays. To take it back, the person claims "
        "the record again."
    ),
    Repair.CORRECT: _(
        "Searches find the new facts at once. A name before stays among the other names. Every address is told, with a link that "
        "stops it. There is no button to undo it: correct it again."
    ),
    Repair.ALLOW_REVEALS: _(
        "This member of staff can see whole numbers again, 20 in an hour. More stops it again."
    ),
}
# After the full stop.
UNLOCK_STOPPED_EFFECT = _(
    "There were so many wrong tries that the password ends with them, and everyone is signed out. A link to choose a new "
    "password goes to the email address of the account; you do not see it. Ask first whether the person can open that mail. If "
    "not, start a recovery instead. It cannot be taken back."
)
OWN_FILE = _("This is about you. Ask a colleague.")
INVITED_BY_YOU = _("You invited this person. Ask a colleague to check who they are.")
STAFF_ACCOUNT = _("This account belongs to a member of staff. An administrator must do this.")
REPAIR_PROBLEMS = {
    "changed": _("This cannot be done now, because something changed. Go back and look again."),
    "ssn_on_file": _(
        "Another person has this Social Security number. Find that record, and merge the two if they are one person."
    ),
    "address_taken": _("Another account has this email address. Ask for a different one."),
    "too_many_mails": _("We wrote to this address too often today. Try again tomorrow, or use another way."),
    "frozen": _("Someone said that this claim is false. Decide that case first."),
    "invited": INVITED_BY_YOU,
    "no_code": _(
        "No code was sent: no email address was on file before the claim, or we wrote to it too often today."
    ),
}
# How an account stands to the record; without any, STATES has the words under None.
STATES: dict[State | None, "StrOrPromise"] = {
    None: _("No account holds this record"),
    State.UNDER_REVIEW: _("Under review (level 0)"),
    State.CONTESTING: _("Says that the record is theirs (level 0)"),
    State.PROVISIONAL: _("Claimed without proof (level 1)"),
    State.VERIFIED: _("Proved (level 2)"),
    State.FROZEN: _("Frozen: someone said “this wasn't me”"),
    State.RELEASED: _("Holds no record any more"),
}
OPEN_CASE = _("Open the case")
# A case closes with an outcome of the desk, or with where a request for a correction stands.
CASE_OUTCOMES: dict[str, "StrOrPromise"] = {
    **{outcome.value: words for outcome, words in OUTCOME_LABELS.items()},
    "accepted": _("accepted"),
    "refused": _("refused"),
    "withdrawn": _("taken back"),
    "merged": _("Merged"),
}
# And a recovery, with what the accounts room calls it.
RECOVERY_ENDS: dict[Status, "StrOrPromise"] = {
    Status.APPROVED: OUTCOME_LABELS[Outcome.APPROVE],
    Status.COMPLETED: OUTCOME_LABELS[Outcome.APPROVE],
    Status.REFUSED: _("refused"),
    Status.CANCELLED: _("stopped before it happened"),
}
