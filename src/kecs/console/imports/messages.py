"""The words of the import pages: where a file stands, what its columns hold, why a row is rejected, why something was left."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.records.importing.parse import FileProblem
from kecs.records.kinds import BuiltOn, UploadState, Why

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STATES = {
    UploadState.CHECKING: _("We are looking through the file"),
    UploadState.CHECKED: _("Looked through, not loaded yet"),
    UploadState.LOADING: _("The rows are being loaded"),
    UploadState.LOADED: _("Loaded"),
    UploadState.STOPPED: _("Stopped half-way"),
    UploadState.UNDOING: _("The import is being undone"),
    UploadState.UNDONE: _("Undone"),
    UploadState.DISCARDED: _("Discarded"),
    UploadState.FAILED: _("The file cannot be read any more"),
}
COLUMNS: dict[str, "StrOrPromise"] = {
    "staff_unique_id": _("Number on file"),
    "first_name": _("First Name"),
    "middle_name": _("Middle Name"),
    "last_surname": _("Last Name"),
    "generation_code_suffix": _("Suffix"),
    "other_names": _("Other names"),
    "birth_date": _("Date of Birth"),
    "ssn": _("Social Security Number"),
    "ssn_last4": _("Last 4 of the social"),
    "email": _("Email address"),
    "deceased": _("Deceased"),
}
LOAD_REASONS = {
    Why.REGULAR_FILE: _("It is the regular file"),
    Why.NEW_SCHOOLS: _("New people came"),
    Why.CORRECTED_FILE: _("It corrects an earlier file"),
    Why.TRYING_OUT: _("I am trying it out"),
}
UNDO_REASONS = {
    Why.WRONG_FILE: _("It was the wrong file"),
    Why.WRONG_FACTS: _("The facts in it are wrong"),
    Why.TRYING_OUT: _("I was trying it out"),
}
FILE_PROBLEMS = {
    FileProblem.EMPTY: _("The file is empty. Its first line must name the columns."),
    FileProblem.NOT_UTF8: _("The file is not in UTF-8. Save it as “CSV UTF-8” and send it again."),
    FileProblem.WRONG_SEPARATOR: _(
        "The columns are not separated by commas. Save the file as comma-separated CSV."
    ),
    FileProblem.UNREADABLE_HEADER: _(
        "The first line cannot be read as CSV. Look for a quote that is not closed."
    ),
    FileProblem.MISSING_COLUMN: _(
        "The first line must name the column staff_unique_id: without it we cannot tell whose row is whose."
    ),
    FileProblem.REPEATED_COLUMN: _("The first line names a column twice. Take one of them out."),
    FileProblem.CHANGED: _("The file was changed while it was loaded. Send it again."),
}
NO_ROOM = _(
    "There is no room for this file now: too many files wait here. Load or discard what you do not need, or try again "
    "tomorrow. Nothing of the file was kept."
)
CHOOSE_FILE = _("Choose a file first.")
NOT_NOW = _("This is not possible any more, because something changed. Look at the file again.")
TOO_MANY_FILES = _("You have sent many files in one hour. Please wait an hour, then send the next.")

_ONE_SPELLING = _("The name has a number or a sign in it, is too long, or has no letter.")
_NO_SUCH_DAY = _("There is no such day.")
_YEAR = _("The year of birth is wrong: before 1900, to come, or less than 15 years ago.")
_DATE_SHAPE = _("The date is not written 1985-03-14 or 03/14/1985.")
_NOT_NINE = _("The social is not nine digits.")
_NOT_FOUR = _("The last four are not four digits, or are 0000.")
_NOT_CSV = _("The line is not CSV. Look for a quote or a comma.")
REJECTED_BECAUSE = {
    "id_missing": _("The row has no staff_unique_id."),
    "id_unusable": _("The staff_unique_id has other signs than letters and digits, or is too long."),
    "id_repeated": _("Another line has the same staff_unique_id. Neither is loaded."),
    "unsafe_character": _("A cell has a character that cannot be seen."),
    "too_long": _("A cell is longer than the record can hold."),
    "name_too_long": _ONE_SPELLING,
    "name_digit": _ONE_SPELLING,
    "name_symbol": _ONE_SPELLING,
    "name_no_letter": _ONE_SPELLING,
    "other_names_shape": _("Other names are not written First|Last; First|Last."),
    "birth_date_unreadable": _DATE_SHAPE,
    "birth_date_two_digit_year": _DATE_SHAPE,
    "birth_date_no_such_month": _NO_SUCH_DAY,
    "birth_date_no_such_day": _NO_SUCH_DAY,
    "birth_date_before_1900": _YEAR,
    "birth_date_in_future": _YEAR,
    "birth_date_too_young": _YEAR,
    "ssn_not_digits": _NOT_NINE,
    "ssn_wrong_length": _NOT_NINE,
    "ssn_never_issued": _("No such social was ever given out."),
    "ssn_last4_not_digits": _NOT_FOUR,
    "ssn_last4_wrong_length": _NOT_FOUR,
    "ssn_last4_never_issued": _NOT_FOUR,
    "ssn_last4_conflict": _("The last four are not the end of the social in the same row."),
    "ssn_repeated": _("Another line has the same social. Neither is loaded."),
    "ssn_on_file_elsewhere": _("The social is on file under another staff_unique_id."),
    "ssn_last4_differs_from_file": _("A whole social with another ending is on file."),
    "email_shape": _("This is not an email address."),
    "deceased_word": _("The column deceased says neither true nor false."),
    "not_utf8": _("The line has letters that are not in UTF-8."),
    "unreadable_line": _NOT_CSV,
    "wrong_number_of_cells": _NOT_CSV,
    "line_too_long": _NOT_CSV,
}
LEFT_BECAUSE = {
    BuiltOn.GONE: _("The record was merged or removed since."),
    BuiltOn.CHANGED: _("The record was changed since, by a correction or a later import."),
    BuiltOn.HELD: _("Somebody claimed the record, or proved it, since."),
    BuiltOn.CASE: _("A case was opened about the record since."),
    BuiltOn.LINKED: _("The search for duplicates weighed the record since."),
    BuiltOn.ON_LOG: _("Something else happened to the record since."),
    BuiltOn.MERGED: _("The record came of a merge of two. Correct it by hand."),
    BuiltOn.SSN_TAKEN: _("The social that it had before is now on a record that was left."),
}
