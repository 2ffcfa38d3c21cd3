"""Codes: what they are made of, and how they may be typed."""

import pytest

from kecs.assurance.codes import (
    ALPHABET,
    LETTER_LENGTH,
    MAIL_LENGTH,
    as_typed,
    is_code,
    new_code,
    spaced,
)


@pytest.mark.parametrize(("length", "printed"), [(MAIL_LENGTH, 9), (LETTER_LENGTH, 11)])
def test_a_code_survives_being_printed_and_typed(length, printed):
    for _each in range(200):
        code = new_code(length)
        assert len(code) == length
        assert is_code(code)
        assert len(spaced(code)) == printed
        assert as_typed(f" {spaced(code).lower()} ") == code


def test_no_two_signs_look_alike():
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)
    assert as_typed("o0 iL-1") == "00111"


@pytest.mark.parametrize("text", ["", "ABCD234", "ABCD23456", "ABCD-2345", "ÁBCD2345", "ABCDU345", "A" * 11])
def test_what_is_no_code(text):
    assert not is_code(text)


def test_codes_differ():
    assert len({new_code(MAIL_LENGTH) for _each in range(10_000)}) == 10_000
