"""Roots that come and go: what seals, what still opens, and what stays the same for good."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from kecs.pii.keyring import MAX_KEY_ID, Keyring, KeyringError, derived_from
from kecs.pii.wrapping import WrappingFailed
from tests.pure.pii.test_stored_forms import key_for

ONE, TWO, THREE = b"1" * 32, b"2" * 32, b"3" * 32


def keyring(roots: Mapping[int, bytes], *, current: int, kept: Mapping[str, bytes] | None = None) -> Keyring:
    return Keyring(label="test", current=current, roots=roots, kept=kept or {})


def refusal(what: pytest.ExceptionInfo[KeyringError]) -> str:
    return str(what.value)


# --- What stays --------------------------------------------------------------------------------------------------


def test_a_standing_key_is_that_of_the_first_root_whichever_is_current() -> None:
    both = keyring({1: ONE, 2: TWO}, current=2)
    assert both.standing("audit") == key_for("audit", ONE)
    assert both.standing("counts") == key_for("counts", ONE)


def test_when_the_first_root_goes_its_standing_keys_stay() -> None:
    later = keyring({1: ONE, 2: TWO}, current=2).without(1, keeping=["audit", "counts"])
    assert later.roots == {2: TWO}
    assert later.standing("audit") == key_for("audit", ONE)
    assert later.standing("counts") == key_for("counts", ONE)
    assert later.kept == {name: key_for(name, ONE) for name in ("audit", "counts", "standing/later")}


def test_a_purpose_that_comes_later_has_a_standing_key_of_its_own() -> None:
    later = keyring({1: ONE, 2: TWO}, current=2).without(1, keeping=[])
    assert later.standing("new") == derived_from(key_for("standing/later", ONE), "new")
    assert later.standing("newer") != later.standing("new")


def test_another_root_goes_without_a_trace_and_what_was_kept_stays() -> None:
    kept = {"audit": b"a" * 32}
    later = keyring({2: TWO, 3: THREE}, current=3, kept=kept).without(2, keeping=["counts"])
    assert (later.roots, later.current, later.kept) == ({3: THREE}, 3, kept)


def test_without_the_first_root_and_what_was_kept_of_it_nothing_stands() -> None:
    with pytest.raises(KeyringError) as refused:
        keyring({2: TWO}, current=2).standing("audit")
    assert refusal(refused) == "The keyring has neither key 1 nor what was kept of it."


# --- What changes ------------------------------------------------------------------------------------------------


def test_a_new_root_has_the_next_number_and_does_not_seal_yet() -> None:
    before = keyring({1: ONE, 5: TWO}, current=5)
    after = before.with_new_root()
    assert set(after.roots) == {1, 5, 6}
    assert (after.roots[1], after.roots[5], len(after.roots[6])) == (ONE, TWO, 32)
    assert (after.label, after.current, after.kept) == ("test", 5, {})
    assert after.roots[6] != before.with_new_root().roots[6]


def test_the_numbers_end() -> None:
    last = keyring({MAX_KEY_ID - 1: ONE}, current=MAX_KEY_ID - 1).with_new_root()
    assert set(last.roots) == {254, 255}
    with pytest.raises(KeyringError) as refused:
        last.with_new_root()
    assert refusal(refused) == "The keyring has used all 255 numbers."


def test_a_root_that_is_there_becomes_the_current_one() -> None:
    both = keyring({1: ONE, 2: TWO}, current=1)
    assert both.with_current(2) == keyring({1: ONE, 2: TWO}, current=2)
    with pytest.raises(KeyringError) as refused:
        both.with_current(3)
    assert refusal(refused) == "Key 3 is not in the keyring."


def test_neither_the_current_root_goes_nor_one_that_is_not_there() -> None:
    both = keyring({1: ONE, 2: TWO}, current=2)
    with pytest.raises(KeyringError) as refused:
        both.without(2, keeping=[])
    assert refusal(refused) == "Key 2 is the current one."
    with pytest.raises(KeyringError) as refused:
        both.without(3, keeping=[])
    assert refusal(refused) == "Key 3 is not in the keyring."


# --- In the file -------------------------------------------------------------------------------------------------


class Reversed:
    """Wraps so that one sees where a key was wrapped for."""

    name = "service:reversed"

    def wrap(self, key: bytes, context: str) -> bytes:
        return context.encode() + b"|" + key[::-1]

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        before, _bar, key = wrapped.partition(b"|")
        if before != context.encode():
            raise WrappingFailed("Not for here.")
        return key[::-1]


def test_each_key_is_wrapped_for_its_place_in_the_keyring() -> None:
    made = keyring({1: ONE, 12: b"ab" * 16}, current=12, kept={"audit": THREE})
    wrapped = made._each(Reversed().wrap, "No.")
    assert wrapped.roots == {
        1: b"kecs/keyring/test/root/1|" + ONE,
        12: b"kecs/keyring/test/root/12|" + b"ba" * 16,
    }
    assert wrapped.kept == {"audit": b"kecs/keyring/test/kept/audit|" + THREE}
    assert (wrapped.label, wrapped.current) == ("test", 12)


def test_a_keyring_with_kept_keys_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    Keyring.create(path, label="production")
    for before, now in ((None, None), (None, Reversed()), (Reversed(), Reversed()), (Reversed(), None)):
        changed = Keyring.change(path, _one_more, wrapping=now, before=before)
        assert Keyring.load(path, now) == changed
        assert [each.name for each in tmp_path.iterdir()] == ["keyring.json"]
    assert set(changed.roots) == {5}
    assert set(changed.kept) == {"audit", "standing/later"}


def _one_more(before: Keyring) -> Keyring:
    more = before.with_new_root()
    return more.with_current(max(more.roots)).without(before.current, keeping=["audit"])


def test_where_wrapping_fails_the_file_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    Keyring.create(path, label="production")
    stood = path.read_bytes()

    class Gone(Reversed):
        def wrap(self, key: bytes, context: str) -> bytes:
            raise WrappingFailed("It is gone.")

    with pytest.raises(KeyringError) as refused:
        Keyring.change(path, _one_more, wrapping=Gone())
    assert refusal(refused) == "The keyring cannot be wrapped. It is gone."
    assert path.read_bytes() == stood


def test_who_was_killed_in_the_middle_is_not_in_the_way_of_the_next(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    Keyring.create(path, label="production")
    (tmp_path / ".keyring.json.new").write_text("half")
    changed = Keyring.change(path, _one_more)
    assert Keyring.load(path) == changed


def test_a_key_that_is_wrapped_and_too_short_is_refused(tmp_path: Path) -> None:
    class Short(Reversed):
        def unwrap(self, wrapped: bytes, context: str) -> bytes:
            return super().unwrap(wrapped, context)[:31]

    path = tmp_path / "keyring.json"
    Keyring.create(path, label="production", wrapping=Short())
    with pytest.raises(KeyringError, match=r"lacks its current key or holds a key of the wrong length\.$"):
        Keyring.load(path, Short())
