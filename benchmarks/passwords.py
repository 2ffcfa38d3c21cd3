"""`python -m benchmarks.passwords [--quick] [--show]`: how many common passwords are refused, and how many good ones.

Common ones are made as people make them under rules of composition: a base word, signs for letters, capitals, digits, signs.
The base words come from texts that the policy does not know: the words of Python's own manual and of Django's Spanish
translation, by how often they stand there, besides names of the census. Good ones are random. Prints a line a kind and
policy, and fails where a bar is missed. Keeps nothing: `--results` writes benchmarks/results/passwords.json.
"""

import argparse
import importlib
import json
import random
import re
import string
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha1
from importlib.resources import files
from pathlib import Path
from statistics import median

from django.conf import global_settings

from kecs.accounts.breached import inspect, is_breached
from kecs.accounts.likely_words import words_of
from kecs.accounts.passwords import MIN_LENGTH, PasswordProblem, Policy, problems_of

REFUSED_AT_LEAST = 0.995
GOOD_REFUSED_AT_MOST = 0.001
COMMON, GOOD = 3_000, 10_000
RESULTS = Path(__file__).parent / "results"
OURS = ["KECS", "EPSB", "Kentucky", "teacher", "educator"]
SOURCES = {"favourites": 3, "names": 3, "English words": 3, "plain words": 2, "Spanish words": 1}
SIGNS = "!!!!!!@@@##$$%&**.?_-"
LEET = {"a": "@4", "e": "3", "i": "1!", "o": "0", "s": "$5", "t": "7", "l": "1"}
COMPOSITION = set(PasswordProblem) & {
    PasswordProblem.TOO_SHORT,
    PasswordProblem.NO_UPPERCASE,
    PasswordProblem.NO_LOWERCASE,
    PasswordProblem.NO_NUMBER,
    PasswordProblem.NO_SPECIAL,
    PasswordProblem.TOO_LONG,
}
# What people choose, as every report on stolen passwords lists it.
FAVOURITES = [
    "password",
    "welcome",
    "letmein",
    "iloveyou",
    "princess",
    "sunshine",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "basketball",
    "superman",
    "batman",
    "michael",
    "jessica",
    "ashley",
    "charlie",
    "jordan",
    "summer",
    "winter",
    "spring",
    "autumn",
    "monday",
    "friday",
    "january",
    "october",
    "qwerty",
    "qwertyuiop",
    "asdfgh",
    "zxcvbn",
    "abcdef",
    "secret",
    "master",
    "shadow",
    "hunter",
    "flower",
    "butterfly",
    "chocolate",
    "cookie",
    "cheese",
    "pepper",
    "ginger",
    "buddy",
    "bailey",
    "maggie",
    "tigger",
    "soccer",
    "hockey",
    "softball",
    "tennis",
    "golfer",
    "wildcats",
    "cardinals",
    "bluegrass",
    "kentucky",
    "louisville",
    "lexington",
    "frankfort",
    "thoroughbred",
    "bourbon",
    "derby",
    "horses",
    "teacher",
    "teachers",
    "teaching",
    "education",
    "educator",
    "classroom",
    "elementary",
    "kindergarten",
    "principal",
    "student",
    "students",
    "school",
    "science",
    "history",
    "english",
    "reading",
    "library",
    "math",
    "algebra",
    "chemistry",
    "biology",
    "family",
    "mother",
    "father",
    "daughter",
    "forever",
    "blessed",
    "jesus",
    "christ",
    "angel",
    "heaven",
    "faith",
    "freedom",
    "america",
    "computer",
    "internet",
    "changeme",
    "default",
    "admin",
    "administrator",
    "login",
    "access",
    "whatever",
    "trustno",
    "starwars",
    "pokemon",
    "mustang",
    "corvette",
    "harley",
    "contraseña",
    "hola",
    "amor",
    "teamo",
    "familia",
    "princesa",
    "estrella",
    "corazon",
    "mariposa",
    "futbol",
    "maestra",
    "escuela",
    "amigos",
]


def _frequent(text: str, how_many: int) -> list[str]:
    words = (
        word for word in re.findall(r"(?<![\w.`_])[^\W\d_]{4,16}(?![\w`_(])", text) if word[1:].islower()
    )
    counted = Counter(word.casefold() for word in words)
    return [word for word, _count in counted.most_common(how_many)]


@cache
def base_words() -> dict[str, list[str]]:
    """Words by source, the most frequent first."""
    manual = importlib.import_module("pydoc_data.topics").topics
    prose = [
        line
        for topic in manual.values()
        for line in topic.splitlines()
        if not re.search(r"::=|[|]|^   ", line)
    ]
    spanish = files("django").joinpath("conf/locale/es/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    languages = {name for _code, name in global_settings.LANGUAGES}
    spoken = " ".join(
        said
        for original, said in re.findall(r'^msgid "(.*)"\nmsgstr "(.*)"', spanish, re.MULTILINE)
        if original not in languages
    )
    names = [
        line.split(maxsplit=1)[0].casefold()
        for source, how_many in (
            ("dist.female.first", 700),
            ("dist.male.first", 500),
            ("dist.all.last", 2500),
        )
        for line in files("names").joinpath(source).read_text(encoding="ascii").splitlines()[:how_many]
    ]
    return {
        "favourites": FAVOURITES,
        "names": [name for name in names if len(name) > 3],
        "English words": _frequent("\n".join(prose), 1500),
        "Spanish words": _frequent(spoken, 250),
        "plain words": [*words_of("en"), *words_of("es")],
    }


def _dressed(word: str, chance: random.Random) -> str:
    cased = chance.choice([str.capitalize, str.capitalize, str.capitalize, str.upper, str.lower, str.title])(
        word
    )
    if chance.random() < 0.1:
        cased = cased[:-1] + cased[-1].upper()
    if chance.random() < 0.35:
        letters = chance.sample(sorted(LEET), chance.choice([1, 1, 2, 3]))
        cased = "".join(
            chance.choice(LEET[letter.lower()]) if letter.lower() in letters else letter for letter in cased
        )
    digits = _digits(chance)
    signs = "".join(chance.choice(SIGNS) for _sign in range(chance.choice([0, 1, 1, 1, 2])))
    return chance.choice(
        [cased + digits + signs] * 5
        + [cased + signs + digits] * 3
        + [signs + cased + digits, digits + cased + signs]
    )


def _digits(chance: random.Random) -> str:
    length = chance.choice([0, 1, 1, 2, 2, 3, 4, 4])
    if length == 4 and chance.random() < 0.7:
        return str(chance.randint(1950, 2026))
    if chance.random() < 0.4:
        return "123456"[:length]
    return "".join(chance.choice(string.digits) for _digit in range(length))


def _base(policy: Policy, chance: random.Random) -> str:
    source = base_words()[chance.choices(list(SOURCES), weights=list(SOURCES.values()))[0]]
    word = (
        source[min(int(chance.paretovariate(0.35)) - 1, 10**9) % len(source)]
        if chance.random() < 0.5
        else chance.choice(source)
    )
    if policy is Policy.GUIDE:
        return word
    return word + word if chance.random() < 0.2 else word


def common(policy: Policy, how_many: int, seed: int) -> Iterator[tuple[str, str]]:
    """Common words, dressed up, that keep the composition of the policy. Each with its word."""
    chance = random.Random(seed)
    seen: set[str] = set()
    while len(seen) < how_many:
        word = _base(policy, chance)
        made = _dressed(word, chance)
        if made in seen or COMPOSITION & set(problems_of(made, policy=policy)):
            continue
        seen.add(made)
        yield made, word


def _characters(length: int) -> Callable[[random.Random], str]:
    def make(chance: random.Random) -> str:
        signs = string.ascii_letters + string.digits + string.punctuation
        return "".join(chance.choice(signs) for _sign in range(length))

    return make


def _passphrase(chance: random.Random) -> str:
    words = [chance.choice(words_of(chance.choice(["en", "es"]))) for _word in range(4)]
    return chance.choice([" ", "-", "."]).join(words).capitalize() + str(chance.randrange(10))


GOOD_KINDS = {
    "8 random characters": _characters(8),
    "12 random characters": _characters(12),
    "passphrases": _passphrase,
}
GOOD_KINDS_NIST = {
    "15 random characters": _characters(15),
    "20 random characters": _characters(20),
    "passphrases": _passphrase,
}


def good(policy: Policy, make: Callable[[random.Random], str], how_many: int, seed: int) -> Iterator[str]:
    """Random passwords of one kind that keep the composition of the policy."""
    chance, made = random.Random(seed), 0
    while made < how_many:
        password = make(chance)
        if len(password) < MIN_LENGTH[policy] or COMPOSITION & set(problems_of(password, policy=policy)):
            continue
        made += 1
        yield password


def judge(policy: Policy, *, commons: int, goods: int, show: bool, seed: int) -> dict[str, float | int]:
    """What becomes of both sorts under one policy."""
    began = time.perf_counter()
    passed = [
        pair
        for pair in common(policy, commons, seed)
        if not problems_of(pair[0], policy=policy, our_words=OURS)
    ]
    found: dict[str, float | int] = {"common": commons, "common that passed": len(passed)}
    kinds = GOOD_KINDS if policy is Policy.GUIDE else GOOD_KINDS_NIST
    refused_in_all = 0
    for name, make in kinds.items():
        each = goods // len(kinds)
        refused = [
            one for one in good(policy, make, each, seed) if problems_of(one, policy=policy, our_words=OURS)
        ]
        found[f"{name}, refused of {each}"] = len(refused)
        refused_in_all += len(refused)
        if show and refused:
            print(name, refused[:20])
    if show:
        print(passed[:60])
    found["good"] = goods // len(kinds) * len(kinds)
    found["good that were refused"] = refused_in_all
    found["seconds"] = round(time.perf_counter() - began, 1)
    return found


def look_ups(lines: int, tries: int) -> dict[str, float | int]:
    """How long the offline list takes, on a file of this many lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.txt"
        digests = sorted(
            sha1(str(number).encode(), usedforsecurity=False).hexdigest().upper() for number in range(lines)
        )
        path.write_text(
            "".join(f"{digest}:{number % 9 + 1}\n" for number, digest in enumerate(digests)), encoding="ascii"
        )
        began = time.perf_counter()
        inspect(path)
        inspected = time.perf_counter() - began
        times, right = [], 0
        for number in range(tries):
            wanted = str(number * lines // tries) if number % 2 else f"absent {number}"
            began = time.perf_counter()
            right += is_breached(wanted, path) == bool(number % 2)
            times.append((time.perf_counter() - began) * 1000)
        return {
            "lines": lines,
            "look-ups": tries,
            "right": right,
            "median ms": round(median(times), 3),
            "99th of 100 ms": round(sorted(times)[tries * 99 // 100], 3),
            "whole check s": round(inspected, 2),
        }


def main() -> int:
    """Prints the figures. 1 where a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--results", action="store_true")
    parser.add_argument("--seed", type=int, default=20)
    asked = parser.parse_args()
    commons, goods = (600, 1_500) if asked.quick else (COMMON, GOOD)
    missed, results = [], {}
    for policy in Policy:
        found = judge(policy, commons=commons, goods=goods, show=asked.show, seed=asked.seed)
        refused = 1 - found["common that passed"] / found["common"]
        wrongly = found["good that were refused"] / found["good"]
        results[policy.value] = found
        print(
            f"{policy.value}: {refused:.2%} of {found['common']:,} common ones refused, {wrongly:.3%} of {found['good']:,} good ones."
        )
        missed += [policy.value] if refused < REFUSED_AT_LEAST or wrongly > GOOD_REFUSED_AT_MOST else []
    results["breached list"] = look_ups(*((20_000, 200) if asked.quick else (1_000_000, 2_000)))
    print(
        "breached list:", ", ".join(f"{name} {value:,}" for name, value in results["breached list"].items())
    )
    missed += (
        ["breached list"] if results["breached list"]["right"] != results["breached list"]["look-ups"] else []
    )
    if asked.results:
        (RESULTS / "passwords.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"missed: {', '.join(missed)}" if missed else "every bar kept.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
