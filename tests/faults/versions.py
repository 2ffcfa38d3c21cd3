#!/usr/bin/env python3
"""A new version comes in while people register: the old one serves, the tables change under it, both serve, the new one serves.

    scripts/postgres with -- .venv/bin/python -m tests.faults.versions [--old REVISION] [--each N]

`--old` is a revision of git, by default the last before the newest migration. Each request of each person goes to either
version by chance while both serve, as it does behind nginx. Then must hold what `kill.py` demands, and no answer is 5xx
but 503 with Retry-After. DATABASE_URL names an empty database. Where the old version's packages were other ones, it is given
an environment of its own, as on a machine that it was installed on.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.opening_day import Day
from tests.faults.portal import ROOT, WITHOUT_WAITS, Portal, ours_from_now, prepare
from tests.faults.rules import rules_broken, told
from tests.faults.servers import Visitors, answers_broken, educators
from tests.faults.visitors import Browser

PACKAGES = Path("requirements/app.txt")
MIGRATIONS = "src/kecs/*/migrations/0*.py"


def git(*words: str) -> str:
    """What it says."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def before_the_newest_migration() -> str:
    """The revision that the newest migration came after, on the line of what was merged."""
    newest = git("log", "--first-parent", "-m", "-1", "--format=%H", "--diff-filter=A", "--", MIGRATIONS)
    return git("rev-parse", f"{newest}^1")


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """The code of then and what it needs, in a folder that is gone afterwards."""
    git("worktree", "add", "--detach", "--force", str(folder), revision)
    try:
        if (folder / PACKAGES).read_bytes() == (ROOT / PACKAGES).read_bytes():
            for made in (".venv", "build"):
                (folder / made).symlink_to(ROOT / made)
        else:
            subprocess.run(["scripts/setup"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


@dataclass
class Served:
    """The ports that the proxy would pass requests to, and how many each answered."""

    ports: list[int] = field(default_factory=list)
    answered: Counter[int] = field(default_factory=Counter)


@dataclass
class EitherBrowser(Browser):
    """Each request goes to one of those that serve."""

    served: Served = field(default_factory=Served)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, page. Raises NoAnswer."""
        self.port = random.choice(self.served.ports)
        answer = super().ask(method, path, form)
        self.served.answered[self.port] += 1
        return answer


@dataclass
class EitherDay(Day):
    """A day on which two versions serve."""

    served: Served = field(default_factory=Served)

    def browser(self, number: int = 0) -> Browser:
        """Of somebody who comes for the first time."""
        return EitherBrowser(self.port, served=self.served)


def rehearse(var: Path, old_code: Path, each: int) -> tuple[EitherDay, dict[str, int]]:
    """The deploy, step by step; how many got home in each."""
    environment = ours_from_now(var, **WITHOUT_WAITS)
    old = Portal(var, {**environment, "PYTHONPATH": str(old_code / "src")}, old_code)
    new = Portal(var, environment)
    served = Served()
    day = EitherDay(old.port, served=served, patience=0.1)
    people = educators(each * 40)
    visitors, phases = Visitors(day, people), dict[str, int]()

    def phase(name: str) -> None:
        before = len(day.home)
        visitors.wait_for(each)
        phases[name] = len(day.home) - before

    try:
        prepare(old, list(people))
        old.start()
        old.start_settler()
        served.ports = [old.port]
        visitors.begin()
        phase("the old version, its tables")
        came_in = subprocess.run(
            [new.program_named("kecs"), "migrate"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if came_in.returncode:
            raise SystemExit(came_in.stdout + came_in.stderr)
        phases |= Counter(f"migrate: {line}" for line in came_in.stderr.splitlines())
        phases["migrations run meanwhile"] = came_in.stdout.count("... OK")
        phase("the old version, the new tables")
        new.start()
        served.ports = [old.port, new.port]
        phase("both")
        new.start_settler()
        served.ports = [new.port]
        old.end()
        phase("the new version")
    finally:
        visitors.end()
        old.end()
        new.end()
    phases["answered by the old"], phases["by the new"] = served.answered[old.port], served.answered[new.port]
    return day, phases


def main() -> int:
    """Rehearse, look, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--old", default="", metavar="REVISION")
    parser.add_argument("--each", type=int, default=100, help="people who must get home in each step")
    parser.add_argument("--quick", action="store_true", help="ten people in each step")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    random.seed(options.seed)
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        raise SystemExit("Two versions serve on one PostgreSQL: name an empty database in DATABASE_URL.")
    revision = git("rev-parse", options.old or before_the_newest_migration())
    var = Path(tempfile.mkdtemp(prefix="kecs-versions-"))
    try:
        with checked_out(revision, var / "old") as old:
            day, phases = rehearse(var, old, 10 if options.quick else options.each)
            rules = [
                *answers_broken(day),
                ("a migration came in", not phases["migrations run meanwhile"]),
                *rules_broken(day.home, day.led_elsewhere),
            ]
    finally:
        shutil.rmtree(var, ignore_errors=True)
    broken = told(rules)
    counted = ", ".join(f"{what} {count}" for what, count in phases.items())
    sys.stdout.write(
        f"{len(day.home)} registered; {counted}; 503: {day.statuses[503]}, no answer: {day.statuses[0]}; "
        f"old {revision[:10]}; seed {options.seed}\n"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
