"""The offline list: found by halving, whatever its line ends, and refused when it is out of order."""

from hashlib import sha1

import pytest

from kecs.accounts.breached import BreachedListBroken, glance, inspect, is_breached


def digest(password):
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.fixture(params=["\n", "\r\n"])
def listed(request, tmp_path):
    """Every second of 500 numbers."""
    path = tmp_path / "list.txt"
    lines = sorted(f"{digest(str(number))}:{number + 1}" for number in range(0, 500, 2))
    path.write_bytes(request.param.join([*lines, ""]).encode())
    return path


def test_who_is_on_it_is_found_and_nobody_else(listed):
    assert [number for number in range(500) if is_breached(str(number), listed)] == list(range(0, 500, 2))


def test_the_last_line_needs_no_end(listed):
    listed.write_bytes(listed.read_bytes().rstrip())
    assert sum(is_breached(str(number), listed) for number in range(500)) == 250


def test_a_list_of_one_and_a_list_of_none(tmp_path):
    one = tmp_path / "one.txt"
    one.write_text(f"{digest('Tr0ub4dor&3')}:7\n")
    assert is_breached("Tr0ub4dor&3", one)
    assert not is_breached("another", one)
    none = tmp_path / "none.txt"
    none.touch()
    assert not is_breached("another", none)


def test_the_same_keys_on_another_device_are_the_same_password(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"{digest('ﬁsh'.replace('ﬁ', 'fi'))}:1\n")
    assert is_breached("ﬁsh", path)


def test_a_whole_list_is_counted(listed):
    assert inspect(listed).lines == 250
    glance(listed)


def test_the_first_wrong_line_is_named(listed):
    lines = listed.read_bytes().splitlines(keepends=True)
    lines[40], lines[41] = lines[41], lines[40]
    listed.write_bytes(b"".join(lines))
    with pytest.raises(BreachedListBroken, match="line 42 is out of order"):
        inspect(listed)
    listed.write_bytes(b"".join([*lines[:10], lines[9], *lines[42:]]))
    with pytest.raises(BreachedListBroken, match="line 11 stands twice"):
        inspect(listed)


@pytest.mark.parametrize("look", [inspect, glance])
@pytest.mark.parametrize("content", ["", "password:1\n", "password\n", "0" * 39 + ":1\n", "0" * 41 + "\n"])
def test_what_is_no_list_is_refused(tmp_path, look, content):
    path = tmp_path / "list.txt"
    path.write_text(content)
    with pytest.raises(BreachedListBroken):
        look(path)


def test_a_glance_sees_a_list_ordered_by_count(listed):
    listed.write_bytes(b"".join(reversed(listed.read_bytes().splitlines(keepends=True))))
    with pytest.raises(BreachedListBroken, match="out of order"):
        glance(listed)
