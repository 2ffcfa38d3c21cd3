"""`python -m benchmarks.census`: counts what the registrations left behind, in the environment of an installation."""

import json
from collections import Counter

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - Django first

from kecs.accounts.models import User  # noqa: E402
from kecs.audit.queries import chain_state  # noqa: E402
from kecs.mail.actions import write_due  # noqa: E402
from kecs.mail.models import OutboxMessage  # noqa: E402
from kecs.records.models import Case, EducatorRecord, Holding, StatedIdentity  # noqa: E402


def main() -> None:
    """Prints the counts as JSON, once all mails that were asked for are written."""
    while write_due(by="system:benchmarks").attempts:
        pass
    print(
        json.dumps(
            {
                "accounts": User.objects.count(),
                "addresses": EmailAddress.objects.count(),
                "stated_identities": StatedIdentity.objects.count(),
                "records": EducatorRecord.objects.count(),
                "holdings": Counter(str(level) for level in Holding.objects.values_list("level", flat=True)),
                "cases": Case.objects.count(),
                "mails": OutboxMessage.objects.count(),
                "chain_is_whole": chain_state().broken_at is None,
            }
        )
    )


if __name__ == "__main__":
    main()
