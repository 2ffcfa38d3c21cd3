#!/usr/bin/env python3
"""Changes the key of everything while people search and records are added, with a kill -9 in the middle.

    tests/faults/rotate.py [--quick] [--people N] [--seed N] [--hsm]

An installation of its own (SQLite, or an empty database named by DATABASE_URL) with so many people on file; two processes search
for them one after the other, a third one adds people. With `--hsm` the keyring is wrapped by a token of SoftHSM from the first key on. `kecs keys rotate` begins, is killed, and is called again. Then must hold:

- no search failed, before, while and after the key changed: each found exactly the one person it asked for;
- nothing is sealed or indexed under the old key, and the old key can be taken away;
- everybody is found without it, and every SSN opens and is the one that was put on file;
- the audit chain is whole.

Prints one line for each rule and exits with 1 where one is broken.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.migrated import make_tables  # noqa: E402 - the folder above is put in front first
from tests.factories.softhsm import PIN, softhsm  # noqa: E402 - the folder above is put in front first
from tests.faults.left import Rules, left_behind  # noqa: E402 - the folder above is put in front first
from tests.faults.portal import ours_from_now  # noqa: E402 - the folder above is put in front first
from tests.faults.rules import told  # noqa: E402 - the folder above is put in front first

KECS = ROOT / ".venv" / "bin" / "kecs"
BORN = date(1985, 4, 9)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def ssn(number: int) -> str:
    """Of an area that is never issued; different for the first 98 millions."""
    area, rest = divmod(number, 99 * 9999)
    serial, group = divmod(rest, 99)
    return f"{900 + area:03}{group + 1:02}{serial + 1:04}"


def names(number: int) -> tuple[str, str]:
    """First name and surname."""
    letters = "".join(LETTERS[number // 26**power % 26] for power in range(4))
    return f"Ruth{letters}", f"Kay{letters[::-1]}"


def rows(first: int, many: int) -> str:
    """A file of records."""
    lines = ["staff_unique_id,first_name,last_surname,birth_date,ssn"]
    for number in range(first, first + many):
        given, surname = names(number)
        born = BORN.replace(year=1950 + number % 50)
        lines.append(f"R{number:07},{given},{surname},{born},{ssn(number)}")
    return "\n".join(lines) + "\n"


def found_by(number: int) -> list[Any]:
    """Who is offered to her when she searches for herself."""
    from kecs.matching.decide import Claim
    from kecs.records.queries import candidates_for

    given, surname = names(number)
    born = BORN.replace(year=1950 + number % 50)
    claim = Claim(first_name=given, last_surname=surname, birth_date=born, last4=ssn(number)[-4:])
    return [each for each in candidates_for(claim) if each.first_name == given]


def search(people: int, seed: int) -> None:
    """What a searching process does until it is told to end; prints how many searches, how many failed."""
    import django

    django.setup()
    chance, ended = random.Random(seed), []
    signal.signal(signal.SIGTERM, lambda *_words: ended.append(True))
    made = failed = 0
    while not ended:
        made += 1
        failed += len(found_by(chance.randrange(people))) != 1
    print(made, failed)  # noqa: T201


def run(*words: str, environment: dict[str, str]) -> str:
    """One command of the portal. Ends this program when it fails."""
    done = subprocess.run(
        [str(KECS), *words], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise SystemExit(f"kecs {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def rotated(environment: dict[str, str], *, kill_after: float) -> int:
    """Rotate with one kill -9 in the middle; how many times it was killed."""
    killed = 0
    begun = subprocess.Popen(
        [str(KECS), "keys", "rotate", "--processes", "1"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert begun.stderr is not None
    for _line in begun.stderr:  # the first line comes with the first rows
        time.sleep(kill_after)
        if begun.poll() is None:
            begun.kill()
            killed = 1
        break
    begun.wait()
    run("keys", "rotate", environment=environment)
    return killed


def broken(people: int, added: int) -> Rules:
    """What holds afterwards, with what breaks it; the old key is gone by now."""
    import django

    django.setup()
    from django.conf import settings

    from kecs.audit.queries import chain_state
    from kecs.config.keys.queries import left_to_do
    from kecs.pii.fields import the_keyring, unseal_from
    from kecs.records.models import EducatorRecord

    closed = [
        record.staff_unique_id
        for record in EducatorRecord.objects.only("staff_unique_id", "ssn_sealed").iterator()
        if unseal_from(record, "ssn_sealed") != ssn(int(record.staff_unique_id[1:]))
    ]
    step = max(1, (people + added) // 5_000)
    lost = [number for number in range(0, people + added, step) if len(found_by(number)) != 1]
    return [
        ("nothing needs the old key, which is gone", left_to_do() or sorted(the_keyring().roots) != [2]),
        (f"all {people + added:,} are on file", EducatorRecord.objects.count() - people - added),
        ("every SSN opens and is hers", closed),
        ("everybody is found under the new key alone", lost),
        ("the audit chain is whole", chain_state().broken_at),
        *left_behind(settings.KECS_VAR_DIR),
    ]


def main() -> int:
    """Parse the command line and do as told."""
    parser = argparse.ArgumentParser(description="Change the key under searches.")
    parser.add_argument("--quick", action="store_true", help="some hundreds of people")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--hsm", action="store_true", help="the keyring is wrapped by SoftHSM (scripts/softhsm)"
    )
    parser.add_argument("--search", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    people = 300 if chosen.quick else chosen.people
    if chosen.search:
        search(chosen.search, chosen.seed)
        return 0
    var = Path(tempfile.mkdtemp(prefix="kecs-rotate-"))
    try:
        with softhsm(var / "hsm") if chosen.hsm else nullcontext("") as uri:
            wrap = {"KECS_KEYRING_WRAP": uri, "KECS_KEYRING_PIN": PIN} if uri else {}
            environment = ours_from_now(var, **wrap)
            if uri:
                run("keys", "token", environment=environment)
            return rehearse(
                people, var, environment, seed=chosen.seed, kill_after=0.05 if chosen.quick else 3.0
            )
    finally:
        shutil.rmtree(var, ignore_errors=True)


def rehearse(people: int, var: Path, environment: dict[str, str], *, seed: int, kill_after: float) -> int:
    """All of it; the status."""
    run("keys", "create", "--label", "development", environment=environment)
    make_tables(environment)
    file, more, added = var / "people.csv", var / "more.csv", max(100, people // 100)
    file.write_text(rows(0, people), encoding="ascii")
    more.write_text(rows(people, added), encoding="ascii")
    run("import", str(file), "--apply", environment=environment)
    searchers = [
        subprocess.Popen(
            [sys.executable, __file__, "--search", str(people), "--seed", str(seed + number)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    adding = subprocess.Popen(
        [str(KECS), "import", str(more), "--apply"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    began = time.monotonic()
    killed = rotated(environment, kill_after=kill_after)
    took = time.monotonic() - began
    added_status = adding.wait()
    run("keys", "rotate", environment=environment) if added_status else None
    for each in searchers:
        each.terminate()
    counts = [tuple(map(int, each.communicate()[0].split())) for each in searchers]
    run("keys", "retire", "1", "--now", environment=environment)
    made, failed = sum(one for one, _other in counts), sum(other for _one, other in counts)
    rules: Rules = [
        ("people were added meanwhile", added_status),
        (f"no search of {made:,} failed", failed or not made),
        *broken(people, added),
    ]
    if "KECS_KEYRING_WRAP" in environment:
        checked = run("keys", "check", environment=environment)
        rules.append(
            ("the token is what opens the keyring", "Wrapped by pkcs11:token=kecs" not in checked and checked)
        )
    print(  # noqa: T201
        f"{people:,} people, {made:,} searches, {killed} kill -9, {took:.1f} s from the first word to the last"
    )
    return told(rules)


if __name__ == "__main__":
    sys.exit(main())
