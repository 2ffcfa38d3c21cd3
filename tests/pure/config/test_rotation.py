"""A keyring whose roots come and go, and a stream of sealed pieces: what is kept, what is refused."""

import io
from pathlib import Path

import pytest

from kecs.config.backups.stream import MAGIC, PIECE, BackupBroken, Sealing, key_in, new_key, opened
from kecs.pii.fingerprint import digest, standing_digest
from kecs.pii.keyring import Keyring, KeyringError

ONE = Keyring(label="test", current=1, roots={1: b"1" * 32})
KEY = b"k" * 32


def test_a_new_root_waits_to_be_used():
    two = ONE.with_new_root()
    assert (two.current, sorted(two.roots)) == (1, [1, 2])
    assert two.roots[2] != two.with_new_root().roots[3]
    assert two.with_current(2).current == 2
    with pytest.raises(KeyringError, match="Key 3 is not in the keyring"):
        two.with_current(3)
    with pytest.raises(KeyringError, match="all 255 numbers"):
        Keyring(label="", current=255, roots={255: b"x" * 32}).with_new_root()


def test_what_stands_on_the_first_root_outlives_it():
    two = ONE.with_new_root().with_current(2)
    left = two.without(1, keeping=["audit-chain", "index/limit:x"])
    assert sorted(left.roots) == [2]
    assert left.standing("audit-chain") == ONE.derived(1, "audit-chain")
    assert standing_digest(left, "limit:x", "a") == standing_digest(two, "limit:x", "a")
    assert standing_digest(two, "limit:x", "a") == digest(ONE, "limit:x", "a")
    assert left.standing("later") == left.with_new_root().standing("later") != left.standing("other")
    assert b"1" * 32 not in left.kept.values()
    with pytest.raises(KeyringError, match="is the current one"):
        left.without(2, keeping=())
    with pytest.raises(KeyringError, match="nor what was kept"):
        Keyring(label="", current=2, roots={2: b"2" * 32}).standing("audit-chain")
    three = left.with_new_root().with_current(3).without(2, keeping=["x"])
    assert three.kept == left.kept


def test_the_file_changes_all_at_once(tmp_path: Path):
    path = tmp_path / "keyring.json"
    Keyring.create(path, label="test")
    changed = Keyring.change(
        path, lambda before: before.with_new_root().with_current(2).without(1, keeping=["a"])
    )
    assert Keyring.load(path) == changed
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["keyring.json"]
    with pytest.raises(KeyringError):
        Keyring.change(path, lambda before: before.with_current(9))
    assert Keyring.load(path) == changed


def sealed(*parts: bytes) -> bytes:
    file = io.BytesIO()
    sealing = Sealing(file, KEY)
    for part in parts:
        sealing.write(part)
    sealing.finish()
    return file.getvalue()


def content(file: bytes, key: bytes = KEY) -> bytes:
    return b"".join(opened(io.BytesIO(file), key))


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_stream_comes_back(length):
    data = bytes(range(256)) * (length // 256 + 1)
    assert content(sealed(data[:length])) == data[:length]
    assert content(sealed(data[: length // 2], data[length // 2 : length])) == data[:length]


def test_no_piece_is_changed_moved_repeated_left_out_or_cut_off():
    whole, head, size = sealed(b"a" * PIECE * 2 + b"b"), len(MAGIC) + 32, PIECE + 16
    one, two, last = whole[head : head + size], whole[head + size : head + 2 * size], whole[head + 2 * size :]
    spoilt = [
        whole[:-1],
        whole[:head] + one + two,
        whole[:head] + one,
        whole[:head],
        whole[:head] + two + one + last,
        whole[:head] + one + one + last,
        whole[:head] + one + last,
        whole + last,
        whole + b"x",
        sealed(b"c")[:head] + whole[head:],
    ]
    places = (0, len(MAGIC), head, head + size + 5, len(whole) - 1)
    spoilt += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    for file in spoilt:
        with pytest.raises(BackupBroken):
            content(file)
    with pytest.raises(BackupBroken, match="another backup key"):
        content(whole, b"x" * 32)


def test_the_backup_key_is_a_private_file(tmp_path: Path):
    path = tmp_path / "folder" / "backup.key"
    new_key(path)
    assert len(key_in(path)) == 32
    with pytest.raises(FileExistsError):
        new_key(path)
    path.chmod(0o640)
    with pytest.raises(BackupBroken, match="chmod 600"):
        key_in(path)
    path.chmod(0o600)
    path.write_text("eA==")
    with pytest.raises(BackupBroken, match="wrong length"):
        key_in(path)
    path.write_text("-")
    with pytest.raises(BackupBroken, match="cannot be read"):
        key_in(path)
    path.unlink()
    with pytest.raises(BackupBroken, match="kecs backup key"):
        key_in(path)
