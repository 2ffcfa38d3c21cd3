"""The words of the export page."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from kecs.console.imports.messages import COLUMNS as IMPORT_COLUMNS
from kecs.records.exporting.kinds import ExportColumn, ExportList
from kecs.records.kinds import AssuranceLevel


class ExportReason(StrEnum):
    """What the list is for: a word for the log."""

    WRITE_TO_PEOPLE = "write_to_people"
    CALL_PEOPLE = "call_people"
    CHECK_IMPORT = "check_import"
    LOOK_INTO_IT = "look_into_it"
    AGENCY_ASKED = "agency_asked"


LISTS = {
    ExportList.WITHOUT_ACCOUNT: _("Records that no account holds"),
    ExportList.CLAIMED: _("Records that an account holds"),
    ExportList.OPEN_CASES: _("Records with an open case"),
    ExportList.IMPORTED: _("Records that an import created or changed"),
    ExportList.MAIL_REFUSED: _("Records whose account's email came back"),
}
COLUMNS = {
    **{ExportColumn(name): words for name, words in IMPORT_COLUMNS.items() if name in set(ExportColumn)},
    ExportColumn.LEVEL: _("How sure we are of the holder"),
    ExportColumn.HELD_SINCE: _("Held since"),
    ExportColumn.OPEN_CASES: _("Open cases"),
}
LEVELS = {
    AssuranceLevel.UNDER_REVIEW: _("Under review"),
    AssuranceLevel.PROVISIONAL: _("Claimed, not proved"),
    AssuranceLevel.VERIFIED: _("Proved"),
}
REASONS = {
    ExportReason.WRITE_TO_PEOPLE: _("To write to these people"),
    ExportReason.CALL_PEOPLE: _("To call these people"),
    ExportReason.CHECK_IMPORT: _("To check an import"),
    ExportReason.LOOK_INTO_IT: _("To look into something unusual"),
    ExportReason.AGENCY_ASKED: _("The agency asked for it"),
}
CHOOSE_LIST = _("Choose a list.")
CHOOSE_COLUMN = _("Choose at least one column.")
CHOOSE_IMPORT = _("Choose the import.")
TOO_MANY = _("You have taken many lists in one hour. Please wait an hour, then take the next.")
