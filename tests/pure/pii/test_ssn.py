"""SSNs: what is read, what is refused, and that no print shows one."""

import pytest

from kecs.pii.ssn import Last4, Ssn, SsnError, SsnProblem


@pytest.mark.parametrize(
    "text", ["900554321", "900-55-4321", " 900 55 4321 ", "900–55–4321", "９００５５４３２１", "900.55.4321"]
)
def test_a_number_is_read_however_it_is_typed(text):
    assert Ssn.parse(text, allow_never_issued=True).digits == "900554321"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", SsnProblem.EMPTY),
        ("---", SsnProblem.EMPTY),
        ("90055432", SsnProblem.WRONG_LENGTH),
        ("9005543210", SsnProblem.WRONG_LENGTH),
        ("90055432x", SsnProblem.NOT_DIGITS),
        ("٩٠٠٥٥٤٣٢١", SsnProblem.NOT_DIGITS),
        ("000554321", SsnProblem.NEVER_ISSUED),
        ("666554321", SsnProblem.NEVER_ISSUED),
        ("900004321", SsnProblem.NEVER_ISSUED),
        ("900550000", SsnProblem.NEVER_ISSUED),
        ("078051120", SsnProblem.NEVER_ISSUED),
        ("219099999", SsnProblem.NEVER_ISSUED),
        ("987654320", SsnProblem.NEVER_ISSUED),
        ("987654329", SsnProblem.NEVER_ISSUED),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(text, code):
    with pytest.raises(SsnError) as refused:
        Ssn.parse(text, allow_never_issued=True)
    assert refused.value.code is code
    assert text not in str(refused.value) or not text


def test_areas_that_are_never_issued_are_for_development_only():
    with pytest.raises(SsnError):
        Ssn.parse("900554321", allow_never_issued=False)


def test_no_print_shows_the_digits():
    ssn = Ssn.parse("900554321", allow_never_issued=True)
    for text in (repr(ssn), str(ssn), f"{ssn}", repr(ssn.last4), str(ssn.last4), repr([ssn])):
        assert "4321" not in text
    assert ssn.masked() == "***-**-4321"


def test_the_last_four():
    assert Last4.parse(" 4321 ").digits == "4321"
    with pytest.raises(SsnError):
        Last4.parse("0000")


def test_the_last_four_of_a_whole_number_are_those_typed_alone():
    ssn = Ssn.parse("900-55-0321", allow_never_issued=True)
    assert ssn.last4 == Last4.parse("0321")
    assert ssn.masked() == "***-**-0321"


def test_what_is_printed_has_the_shape_of_the_number():
    assert str(Ssn.parse("900554321", allow_never_issued=True)) == "***-**-****"
    assert str(Last4.parse("4321")) == "****"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", SsnProblem.EMPTY),
        (" - ", SsnProblem.EMPTY),
        ("432", SsnProblem.WRONG_LENGTH),
        ("43210", SsnProblem.WRONG_LENGTH),
        ("432l", SsnProblem.NOT_DIGITS),
        ("0000", SsnProblem.NEVER_ISSUED),
    ],
)
def test_last_four_that_cannot_be_are_refused_with_their_reason(text, code):
    with pytest.raises(SsnError) as refused:
        Last4.parse(text)
    assert refused.value.code is code
    assert str(refused.value) == code.value


@pytest.mark.parametrize("text", ["899554321", "001010001", "665554321", "667554321", "772554321"])
def test_areas_that_were_issued_are_read_everywhere(text):
    assert Ssn.parse(text, allow_never_issued=False) == Ssn.parse(text, allow_never_issued=True)
