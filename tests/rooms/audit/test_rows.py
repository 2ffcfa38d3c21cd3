"""Rows that are made ready for a COPY of PostgreSQL's, and come out of it again where there are only a few."""

from hypothesis import given
from hypothesis import strategies as st

from kecs.audit.rows import _FORMS, unpacked

# Any text that PostgreSQL takes: no NUL, no half of a pair.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_what_was_packed_comes_out_as_it_went_in(rows):
    to = _FORMS["postgresql"]
    packed = to.packed((to.text(first), to.text(second)) for first, second in rows)
    assert unpacked(packed) == rows


def test_nothing_and_bytes_come_out_as_the_column_reads_them():
    to = _FORMS["postgresql"]
    packed = to.packed([(to.data(None), to.data(b"\x00\\"), to.text("\\N"), to.text(""), to.flag(True))])
    assert unpacked(packed) == [(None, "\\x005c", "\\N", "", "t")]


def test_the_parameters_of_sqlite_stay_as_they_are():
    assert unpacked([(1, "a")]) == [(1, "a")]
