"""The words of the pages that merge two records."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.records.kinds import MergeReason, MergeState
from kecs.records.merging.plan import Trouble
from kecs.records.merging.queries import Obstacle

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FACTS: dict[str, "StrOrPromise"] = {
    "staff_unique_id": _("Number on file"),
    "first_name": _("First Name"),
    "middle_name": _("Middle Name"),
    "last_surname": _("Last Name"),
    "generation_code_suffix": _("Suffix"),
    "birth_date": _("Date of Birth"),
    "ssn": _("Social Security Number"),
    "email": _("Email on file"),
    "deceased": _("Deceased"),
    "other_names": _("Other names"),
    "account": _("Account"),
}
REASONS = {
    MergeReason.PERSON_CHECKED: _("I checked who the person is"),
    MergeReason.FACTS_AGREE: _("The facts on file agree"),
    MergeReason.TYPED_WRONG: _("One of the two was typed wrong"),
    MergeReason.ASKED_BY_HOLDER: _("The account's owner asked for it"),
}
STATES = {
    MergeState.PROPOSED: _("Waits for a second person"),
    MergeState.WITHDRAWN: _("Taken back"),
    MergeState.LAPSED: _("Nobody agreed in time"),
    MergeState.MERGED: _("Merged"),
    MergeState.UNDONE: _("Undone"),
}
TROUBLES = {
    Trouble.ONE_RECORD: _("These are not two records. Choose another one."),
    Trouble.CHOOSE_KEEPER: _("Choose which account keeps the record."),
    Trouble.KEEPER_FROZEN: _(
        "Someone said that the claim of this account is false. Decide that case first, or choose the other account."
    ),
    Trouble.KEEPER_WEAKER: _(
        "The other account has shown more. Choose that one, or check who the person is and give that as the reason."
    ),
}
OBSTACLES = {
    Obstacle.NOT_STANDING: _("It is undone already, or was never done."),
    Obstacle.LATER_MERGE: _("The record was merged with another one later. Undo that merge first."),
    Obstacle.RECORD_CHANGED: _(
        "A correction or an import changed the record since. Correct it back, or keep the merge and correct what is wrong."
    ),
    Obstacle.LATER_CLAIM: _(
        "Another account claimed the merged record since. Take the record from that account first; then you can undo the merge."
    ),
    Obstacle.LEVEL_ROSE: _(
        "The account has shown since that the merged record is its own. Take the record from that account first; then you can undo the merge."
    ),
    Obstacle.ACCOUNT_HOLDS_ANOTHER: _(
        "The account that lost its record has another one now. Take that from it first; then you can undo the merge."
    ),
    Obstacle.SSN_TAKEN: _(
        "Another record has a Social Security number now that one of the two had. Find out whose it is first."
    ),
}
CHOOSE_ONE = _("Choose which one is right.")
CHOOSE_REASON = _("Choose a reason.")
NO_SUCH_NUMBER = _("We have no record with this number. Check it and try again.")
TOO_MANY_SEARCHES = _(
    "You have searched very often within an hour. Wait a while, or ask the security officer."
)
SAME_RECORD = _("This number leads to the same record. Type the number of the other one.")
ENTER_NUMBER = _("Type the number of the other record.")
GONE = _("One of the two was merged with another record by a colleague. Nothing that you chose was done.")
PROPOSED_BEFORE = _(
    "A merge of one of the two waits for a second person already. Nothing that you chose was done."
)
CHANGED = _("The records changed after you saw them. Look at them again. Nothing that you chose was done.")
OWN = _("One of these records is or was yours, or you proposed this yourself. Ask a colleague.")
NOT_OPEN = _("A colleague decided this before you. Nothing that you chose was done.")
