"""The words of the cases: what each kind is and asks to be checked, what each button does, why something is not possible."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.console.cases.stamps import Part
from kecs.console.outcomes import Outcome, Shut
from kecs.corrections.kinds import InTheWay
from kecs.records.kinds import CaseKind
from kecs.records.targets import RECOVERY

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What the case is, and what to check before deciding it.
ABOUT: dict[str, tuple["StrOrPromise", "StrOrPromise"]] = {
    CaseKind.SEVERAL: (
        _("This person made an account. More than one record fits, so the portal did not choose."),
        _("Ask for a photo ID. Compare former names and the number on file. Then say which record it is."),
    ),
    CaseKind.NEAR_MATCH: (
        _("This person made an account. One record is close, but not the same."),
        _("Ask about what differs: a former name, a typing mistake, a twin, a parent with the same name."),
    ),
    CaseKind.ALREADY_HELD: (
        _("This person made an account. The record that fits has an account already."),
        _("Most people forgot that they registered before. Ask. If it was someone else, check a photo ID."),
    ),
    CaseKind.DECEASED: (
        _("This person made an account. The record that fits says that its person has died."),
        _("Ask for a photo ID in person. If the record is wrong, you clear it. If it is right, refuse."),
    ),
    CaseKind.SSN_ON_FILE_OTHER_NAME: (
        _("The same Social Security number is on file under another name."),
        _("A name may have changed, or someone typed a wrong number. See the card and a photo ID."),
    ),
    CaseKind.NO_SSN: (
        _("This person has no Social Security number, or does not give one, and asks us to register them."),
        _(
            "Look for a record by name and date of birth. Contact the person. Then invite them to make an account, or write what is missing."
        ),
    ),
    CaseKind.DISAVOWED_CLAIM: (
        _("Someone who reads the address on file said: this account is not mine. The claim is shut."),
        _("Call the person at the number in our own files. Do not use what the account says."),
    ),
    CaseKind.CONTESTED_CLAIM: (
        _("Two people say that this record is theirs. Nobody sees more of it until you decide."),
        _("Ask both for a photo ID. Compare with our own files, not with what they typed."),
    ),
    CaseKind.CORRECTION: (
        _("This person asks us to correct a name, a date of birth or a Social Security number."),
        _("Open the documents. They must show what is asked, and whose it is."),
    ),
    CaseKind.LINKAGE_DUPLICATE: (
        _("The search for duplicates takes these two records for one person."),
        _("Compare the sides. Twins and parents with the same name look alike too."),
    ),
    CaseKind.LINKAGE_OTHER_FIRST_NAME: (
        _("These two records have one Social Security number and two first names."),
        _("It may be one person with two names, or a wrong number on one of the records."),
    ),
    RECOVERY: (
        _("This person lost every way into an account, and asks to get in with a new address."),
        _("Call the person at the number in our own files. Someone else may have typed this."),
    ),
}
STARTED_BY_COLLEAGUE = _("started by a colleague")
ONE_AGREED = _("one of us agreed, a second must")
DISOWNED = (
    _("Someone who reads an address of this person said: I did not ask for this correction."),
    _("Call the person at the number in our own files. The claim is shut until that is decided, too."),
)

# Why a request can only be refused, and a correction not be put back.
CANNOT_ACCEPT: dict[InTheWay, "StrOrPromise"] = {
    InTheWay.FROZEN: _(
        "This cannot be accepted now: someone said that the claim is false. Decide that case first."
    ),
    InTheWay.ENDED: _("This can only be refused: the account does not have the record any more."),
}
CANNOT_PUT_BACK = _(
    "The account does not have the corrected record any more, so nothing can be put back here. Correct the record on its own page."
)

HELP: dict[Outcome, "StrOrPromise"] = {
    Outcome.UNFREEZE: _("The account has the record again, as a claim. It must be proved anew."),
    Outcome.RELEASE: _("The record is free again. The account stays, without a record."),
    Outcome.GIVE_TO_CLAIMANT: _("The other account loses the record. This person gets it."),
    Outcome.KEEP_WITH_HOLDER: _("Nothing moves. This person is told to use the account that has the record."),
    Outcome.GIVE_EVIDENCE: _("The account gets the record. Your check is the proof."),
    Outcome.CLEAR_DECEASED: _("The record no longer says that its person has died. The account gets it."),
    Outcome.NEW_PERSON: _("The account gets a new record of its own, made of what the person typed."),
    Outcome.ACCEPT: _("The record and the account change to what is asked."),
    Outcome.REFUSE: _("Nothing changes. The person is told what is missing."),
    Outcome.PUT_BACK: _("The record and the account get the facts back that stood there before."),
    Outcome.INVITE: _(
        "The person gets a link by mail, good for 7 days, to choose a username and a password. The account has a new record "
        "without proof. If the person is on file already, merge the two records then."
    ),
    Outcome.ANSWERED: _("The person gets a mail with what you write."),
    Outcome.TWO_PEOPLE: _("Nothing changes. The two are not proposed again."),
    Outcome.NOTED: _("Nothing changes. Nobody is written to."),
    Outcome.AGREE: _(
        "Nothing happens yet, and nobody is written to. A colleague must check it as well, and approve it."
    ),
    Outcome.APPROVE: _("Every address is told. After 24 hours the new address opens the account."),
}

CHANGES: dict[Part, "StrOrPromise"] = {
    Part.WHOSE: _("Another member of staff started or stopped working on it."),
    Part.RECORDS: _("A record changed, or who has it."),
    Part.CLAIM: _("What the account holds changed."),
    Part.PERSON: _("The person's details or addresses changed."),
    Part.REQUEST: _("The request or its documents changed."),
}

SHUT: dict[Shut, "StrOrPromise"] = {
    Shut.CARRIED_OUT: _(
        "It cannot be opened again: something was given or taken. Undo that on the person's page."
    ),
    Shut.ANSWERED: _(
        "It cannot be opened again: the person has our answer. They can ask again on their Home Page."
    ),
    Shut.MERGED: _("It cannot be opened again: the records were merged. Undo that on the person's page."),
}

DUE_TODAY = _("Due today")
DATE_PASSED = _("The target date has passed")
LATE = _("Working days late: %(days)s")
CLEAR_WITH_DOCUMENT = _("Choose “I saw a document”: this is cleared only with a document.")
CHECK_FIRST = _(
    "Choose “I checked who the person is” or “I saw a document”: a record is given only after a check."
)
PAPER_HELP = _("Needed when the person gets a record.")
NOT_YOURS = _("Someone was faster: this is not free any more. See below who has it.")
YOURS_NOW = _("This is yours now.")
GIVEN_BACK = _("This is nobody's now.")
HANDED_OVER = _("Your colleague has it now.")
COLLEAGUE_HAS_IT = _("A colleague works on it. Ask them, or take it over first.")
CHOOSE_COLLEAGUE = _("Choose a colleague who may decide this.")
NUMBER_TAKEN = _(
    "Somebody else has this number. The request stays open, and there is a case now about whose number it is. Decide that first."
)
WILL_STOP = _(
    "Somebody else has this number. If you go on, nothing is corrected: the request stays open, and a case about the two is opened."
)
CLOSED = _("The case is closed.")
OPEN_AGAIN = _("The case is open again.")
STAYS_CLOSED = _("This case cannot be opened again.")
