"""Password hashes: what is stored can be read by any Argon2id, and what another one wrote can be read here."""

import os

import pytest
from django.contrib.auth.hashers import check_password, make_password

from kecs.accounts import hashing
from kecs.accounts.hashers import Argon2PasswordHasher, CheapArgon2PasswordHasher
from tests.factories.people import PASSWORD

# Of "Brisk-Otter7 lamp", written by the reference implementation (argon2-cffi 25.1), which salted with 22 bytes.
BY_THE_REFERENCE = "argon2$argon2id$v=19$m=8,t=1,p=1$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg$iolcGdKr6nno+z9F3VLK1+fbghsJH18Kl47FDeUctW0"


def test_what_the_reference_implementation_wrote_is_read():
    assert check_password("Brisk-Otter7 lamp", BY_THE_REFERENCE)
    assert not check_password("Brisk-Otter7 lamq", BY_THE_REFERENCE)


def test_a_hash_is_stored_in_the_form_that_all_implementations_read():
    stored = make_password("Señora-Peña7 übt 🦉")
    name, variety, version, cost, salt, digest = stored.split("$")
    assert (name, variety, version, cost) == ("argon2", "argon2id", "v=19", "m=8,t=1,p=1")
    assert (len(salt), len(digest)) == (22, 43)  # 16 and 32 bytes
    assert check_password("Señora-Peña7 übt 🦉", stored)


def test_the_same_password_is_stored_differently_each_time():
    assert len({make_password(PASSWORD, salt="the same") for _ in range(8)}) == 8


def test_what_people_get_is_64_mib_three_passes_one_lane():
    hasher = Argon2PasswordHasher()
    stored = hasher.encode(PASSWORD, hasher.salt())
    assert stored.startswith("argon2$argon2id$v=19$m=65536,t=3,p=1$")
    assert hasher.verify(PASSWORD, stored)
    assert not hasher.must_update(stored)


def test_a_hash_of_another_cost_opens_once_more_and_is_made_anew():
    cheap = CheapArgon2PasswordHasher()
    stored = cheap.encode(PASSWORD, "")
    assert Argon2PasswordHasher().verify(PASSWORD, stored)
    assert Argon2PasswordHasher().must_update(stored)


@pytest.mark.parametrize(
    "stored", ["argon2$", "argon2$argon2id$", "argon2$argon2id$v=19$m=8,t=1,p=1$!!$!!", "argon2$x" * 40]
)
def test_a_stored_word_that_is_no_hash_opens_nothing(stored):
    assert not CheapArgon2PasswordHasher().verify(PASSWORD, stored)


def test_a_password_that_holds_a_zero_byte_is_not_cut_there():
    stored = make_password("Brisk-Otter7\0lamp")
    assert not check_password("Brisk-Otter7\0", stored)
    assert not check_password("Brisk-Otter7", stored)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_forked_from_one_that_hashed_hashes_too(monkeypatch):
    monkeypatch.setattr(hashing, "LONGEST_WAIT", 2.0)  # seconds, for a thread that stayed in the parent
    stored = make_password(PASSWORD)
    child = os.fork()
    if not child:
        try:
            os._exit(0 if check_password(PASSWORD, stored) else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
