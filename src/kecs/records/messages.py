"""The words about facts that name a person: what is wrong with what was typed, and what to do."""

from django.utils.translation import gettext_lazy as _

from kecs.matching.dates import BirthDateProblem
from kecs.matching.names import NameProblem
from kecs.pii.ssn import SsnProblem

FIRST_NAME_PROBLEMS = {
    NameProblem.EMPTY: _("Enter your first name."),
    NameProblem.TOO_LONG: _("Your first name is too long. Use 128 letters or fewer."),
    NameProblem.CONTROL_CHARACTER: _(
        "Your first name has a character we cannot read. Delete it and type it again."
    ),
    NameProblem.INVISIBLE_CHARACTER: _(
        "Your first name has a character we cannot read. Delete it and type it again."
    ),
    NameProblem.DIGIT: _("Your first name has a number in it. Use letters only."),
    NameProblem.SYMBOL: _("Your first name has a sign in it. Use letters, spaces, hyphens or apostrophes."),
    NameProblem.NO_LETTER: _("Your first name needs at least one letter."),
}

LAST_SURNAME_PROBLEMS = {
    NameProblem.EMPTY: _("Enter your last name."),
    NameProblem.TOO_LONG: _("Your last name is too long. Use 128 letters or fewer."),
    NameProblem.CONTROL_CHARACTER: _(
        "Your last name has a character we cannot read. Delete it and type it again."
    ),
    NameProblem.INVISIBLE_CHARACTER: _(
        "Your last name has a character we cannot read. Delete it and type it again."
    ),
    NameProblem.DIGIT: _("Your last name has a number in it. Use letters only."),
    NameProblem.SYMBOL: _("Your last name has a sign in it. Use letters, spaces, hyphens or apostrophes."),
    NameProblem.NO_LETTER: _("Your last name needs at least one letter."),
}

BIRTH_DATE_PROBLEMS = {
    BirthDateProblem.EMPTY: _("Enter your date of birth."),
    BirthDateProblem.UNREADABLE: _("Enter your date of birth as mm/dd/yyyy, for example 04/09/1985."),
    BirthDateProblem.TWO_DIGIT_YEAR: _("Enter the year of your birth with four digits, for example 1985."),
    BirthDateProblem.NO_SUCH_MONTH: _(
        "There is no such month. Enter the month first, then the day: mm/dd/yyyy."
    ),
    BirthDateProblem.NO_SUCH_DAY: _("That month has no such day. Check the day of your birth."),
    BirthDateProblem.BEFORE_1900: _("Check the year of your birth. It must be 1900 or later."),
    BirthDateProblem.IN_FUTURE: _("Your date of birth cannot be in the future. Check the year."),
    BirthDateProblem.TOO_YOUNG: _(
        "You must be at least 15 years old to register. Check the year of your birth."
    ),
    BirthDateProblem.TOO_OLD: _("Check the year of your birth. It is more than 120 years ago."),
}

LAST4_PROBLEMS = {
    SsnProblem.EMPTY: _("Enter the last 4 digits of your Social Security number."),
    SsnProblem.NOT_DIGITS: _("The last 4 of your social must be numbers only."),
    SsnProblem.WRONG_LENGTH: _("Enter exactly 4 digits: the last 4 of your Social Security number."),
    SsnProblem.NEVER_ISSUED: _("No Social Security number ends like that. Check the last 4 digits."),
}

SSN_PROBLEMS = {
    SsnProblem.EMPTY: _("Enter your Social Security number."),
    SsnProblem.NOT_DIGITS: _("Your Social Security number must be numbers only. You may use hyphens."),
    SsnProblem.WRONG_LENGTH: _("Your Social Security number must have 9 digits."),
    SsnProblem.NEVER_ISSUED: _(
        "This is not a Social Security number that was ever given out. Check the digits."
    ),
}
