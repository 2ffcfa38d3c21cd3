"""Reading CSV files: every line gives a row or a stated problem, whatever the bytes."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.records.importing.parse import LONGEST_LINE, CsvFile, FileProblem, FileRefused, Line


def opened(content: str | bytes) -> CsvFile:
    return CsvFile(io.BytesIO(content.encode() if isinstance(content, str) else content))


def read(content: str | bytes) -> list[Line]:
    return list(opened(content).lines())


def cells(content: str | bytes) -> list[tuple[int, dict[str, str]]]:
    return [(line.number, dict(line.cells)) for line in read(content)]


def codes(content: str | bytes) -> list[tuple[int, str]]:
    return [(line.number, line.problem.code) for line in read(content) if line.problem]


@pytest.mark.parametrize(
    "content",
    [
        "staff_unique_id,first_name\n7,Ann\n",
        "staff_unique_id,first_name\n7,Ann",
        "staff_unique_id,first_name\r\n7,Ann\r\n",
        "staff_unique_id,first_name\r7,Ann\r",
        "\ufeffstaff_unique_id,first_name\n7,Ann\n",
        "Staff_Unique_ID , FIRST_NAME\n7,Ann\n",
        '"staff_unique_id","first_name"\n"7","Ann"\n',
        "staff_unique_id,first_name,,\n7,Ann,,\n",
        "staff_unique_id,first_name\n7,Ann,,\n",
        "staff_unique_id,first_name\n7,Ann\n\n   \n,\n",
    ],
)
def test_a_row_is_read_however_the_file_was_saved(content: str) -> None:
    assert cells(content) == [(2, {"staff_unique_id": "7", "first_name": "Ann"})]


def test_columns_may_stand_in_any_order_and_unknown_ones_are_reported() -> None:
    content = "shoe_size,first_name,staff_unique_id\n44,Ann,7\n"
    assert opened(content).header.unknown == ("shoe_size",)
    assert cells(content) == [(2, {"staff_unique_id": "7", "first_name": "Ann"})]


def test_lines_are_numbered_as_an_editor_does() -> None:
    assert [number for number, _row in cells("staff_unique_id\n1\n\n2\n")] == [2, 4]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n1\n", "empty"),
        (b"first_name\nAnn\n", "missing_column"),
        (b"staff_unique_id,staff_unique_id\n1,2\n", "repeated_column"),
        (b"staff_unique_id;first_name\n1;Ann\n", "wrong_separator"),
        (b"staff_unique_id\tfirst_name\n1\tAnn\n", "wrong_separator"),
        ("staff_unique_id,first_name\n1,Ann\n".encode("utf-16"), "not_utf8"),
        ("staff_unique_id,first_name\n1,Ann\n".encode("utf-16-le"), "not_utf8"),
        ("staff_unique_id,prénom\n1,Ann\n".encode("latin-1"), "not_utf8"),
        (b'staff_unique_id,"first_name\n1,Ann\n', "unreadable_header"),
        (b"PK\x03\x04\x14\x00\x06\x00", "not_utf8"),
    ],
)
def test_a_file_that_cannot_be_records_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        opened(content)
    assert refused.value.code == FileProblem(code)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"7,Ann,more", "wrong_number_of_cells"),
        (b"7", "wrong_number_of_cells"),
        (b'7,"Ann', "unreadable_line"),
        (b'7,"An"n', "unreadable_line"),
        ("7,René".encode("latin-1"), "not_utf8"),
        (b"7," + b"A" * (LONGEST_LINE + 10), "line_too_long"),
    ],
)
def test_a_spoilt_line_is_told_and_the_next_one_read(line: bytes, code: str) -> None:
    content = b"staff_unique_id,first_name\n" + line + b"\n8,Bea\n"
    assert codes(content) == [(2, code)]
    assert cells(content)[-1] == (3, {"staff_unique_id": "8", "first_name": "Bea"})


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize(
    "length", [255, 256 * 1024 - 3, 256 * 1024 - 2, 256 * 1024 - 1, 256 * 1024, 600 * 1024]
)
def test_a_line_of_any_length_takes_no_other_with_it(end: bytes, length: int) -> None:
    content = end.join([b"staff_unique_id", b"1" * length, b"2", b"", b"4"])
    assert [line.number for line in read(content)] == [2, 3, 5]
    assert cells(content)[-2:] == [(3, {"staff_unique_id": "2"}), (5, {"staff_unique_id": "4"})]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from([b"\n", b"\r", b"\r\n"])), max_size=400),
    st.integers(1, 7),
)
def test_blocks_cover_the_file_whatever_its_line_ends(
    parts: list[tuple[int, bytes]], most_lines: int
) -> None:
    body = b"".join(b"x" * length + end for length, end in parts)
    csv_file = opened(b"staff_unique_id\n" + body)
    offset, line = csv_file.body, 2
    for block in csv_file._blocks(csv_file.body, 2, most_lines=most_lines):
        assert (block.offset, block.first_line) == (offset, line)
        assert 0 < block.lines <= most_lines
        offset, line = offset + block.size, block.next_line
    assert offset == csv_file.body + len(body)
    assert line - 2 == len(body.splitlines())


def test_a_nul_byte_stays_in_its_cell_for_the_checks_to_find() -> None:
    assert cells(b"staff_unique_id,first_name\n7,A\x00n\n") == [
        (2, {"staff_unique_id": "7", "first_name": "A\x00n"})
    ]


def test_an_old_encoding_spoils_only_the_lines_that_have_accents() -> None:
    content = "staff_unique_id,first_name\n1,Ann\n2,René\n3,Bea\n".encode("latin-1")
    assert codes(content) == [(3, "not_utf8")]
    assert len(read(content)) == 3


@given(st.binary(max_size=300))
def test_any_bytes_after_a_header_give_rows_or_problems(content: bytes) -> None:
    for line in read(b"staff_unique_id,first_name\n" + content):
        assert line.problem is not None or set(line.cells) == {"staff_unique_id", "first_name"}


@given(st.binary(max_size=300))
def test_any_bytes_as_a_file_are_read_or_refused(content: bytes) -> None:
    try:
        csv_file = opened(content)
    except FileRefused:
        return
    assert "staff_unique_id" in csv_file.header.columns
    assert all(line.number > 1 for line in csv_file.lines())


def test_a_line_does_not_print_its_cells() -> None:
    (line,) = read("staff_unique_id,ssn\n7,900-12-4821\n")
    assert "4821" not in repr(line)
