"""PURE. The checks a row has to pass, one rule per file, in the order in which they are reported.

To add a rule: write a module whose name is the statement it checks, add it here, and add its codes to
docs/guides/import.md (a test compares them).
"""

from kecs.records.importing.checks import (
    birth_date_is_plausible,
    deceased_is_true_or_false,
    email_is_an_address,
    names_are_names,
    other_names_are_pairs,
    ssn_and_last4_agree,
    ssn_could_be_issued,
    ssn_is_once_in_file,
    ssn_last4_is_four_digits,
    staff_unique_id_is_given,
    staff_unique_id_is_once_in_file,
    staff_unique_id_is_usable,
    text_fits,
    text_is_clean,
)
from kecs.records.importing.rows import Background, Cells, Check, Problem

CHECKS: tuple[Check, ...] = (
    staff_unique_id_is_given.check,
    staff_unique_id_is_usable.check,
    staff_unique_id_is_once_in_file.check,
    text_is_clean.check,
    text_fits.check,
    names_are_names.check,
    other_names_are_pairs.check,
    birth_date_is_plausible.check,
    ssn_could_be_issued.check,
    ssn_last4_is_four_digits.check,
    ssn_and_last4_agree.check,
    ssn_is_once_in_file.check,
    email_is_an_address.check,
    deceased_is_true_or_false.check,
)


def problems_of(cells: Cells, background: Background) -> list[Problem]:
    """Everything wrong with one row; empty when it may be loaded."""
    return [problem for check in CHECKS for problem in check(cells, background)]
