"""`python -m benchmarks.stage`: makes an installation ready for the kinds of search that timing.py compares, and tells what came.

In the environment of an installation that has imported the rows of kinds.py: `prepare N` takes records and uses up tries;
`tally` prints, from the audit log, how many searches of each kind there were.
"""

import json
import sys
from collections import Counter
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402 - Django first

from benchmarks.kinds import (  # noqa: E402
    HELD,
    HIT,
    LIMITED,
    LIMITED_ON_FILE,
    MISS,
    NEAR,
    SEVERAL,
    USES,
    people,
)
from kecs.accounts.models import User  # noqa: E402
from kecs.audit.models import AuditEvent  # noqa: E402
from kecs.guard.actions import count_together  # noqa: E402
from kecs.guard.strict.actions import end  # noqa: E402
from kecs.matching.decide import Claim  # noqa: E402
from kecs.records.holdings.actions import hold_record  # noqa: E402
from kecs.records.kinds import AssuranceLevel  # noqa: E402
from kecs.records.models import EducatorRecord  # noqa: E402
from kecs.registration.queries import misses_to_count  # noqa: E402


def prepare(many: int) -> None:
    """Accounts that hold records, identities whose tries are used up; and no strict mode, for most searches will miss."""
    end(by="system:benchmarks", stays_off=timedelta(days=1))
    with transaction.atomic():
        for each in people(HELD, many):
            account = User.objects.create(username=each.username, email=each.email)
            record = EducatorRecord.objects.get(last_surname=each.last_surname)
            hold_record(
                record_id=record.pk,
                account_id=account.pk,
                level=AssuranceLevel.PROVISIONAL,
                because=(),
                by="system:benchmarks",
            )
    for kind in (LIMITED, LIMITED_ON_FILE):
        for each in people(kind, many):
            claim = Claim(
                first_name=each.first_name,
                last_surname=each.last_surname,
                birth_date=each.birth_date,
                last4=each.ssn[-4:],
            )
            with transaction.atomic():
                for _try in range(USES):
                    count_together(tries=misses_to_count(claim), by="system:benchmarks")


def tally() -> dict[str, int]:
    """How many searches of each kind were made."""
    found: Counter[str] = Counter()
    names = {"one": HIT, "held": HELD, "several": SEVERAL}
    for event in AuditEvent.objects.filter(code="registration.search_made"):
        keys = event.keys
        if keys["limited"]:
            found[LIMITED_ON_FILE if keys["outcome"] == "one" else LIMITED] += 1
        else:
            found[names.get(keys["outcome"], NEAR if keys["because"] else MISS)] += 1
    return dict(found)


def main() -> None:
    """prepare N, or tally."""
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
    else:
        print(json.dumps(tally()))


if __name__ == "__main__":
    main()
