"""`python -m benchmarks.statements`: SQL statements of each page, transaction control included, as Django's own log counts them.

Runs in the environment of an installation that is on file with the people it is given; prints JSON.
"""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402 - Django first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402

from benchmarks.people import person  # noqa: E402
from benchmarks.visits import VISITS, Answer  # noqa: E402

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class CountingBrowser:
    """Django's test client, with the statements of each answer."""

    def __init__(self) -> None:
        self.client = Client()
        self.counts: dict[str, dict[str, int]] = {}
        self.sql: dict[str, list[str]] = {}

    def send(self, page: str, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """One request."""
        with CaptureQueriesContext(connection) as captured:
            response = (
                self.client.get(path, headers={"accept-language": "en"})
                if method == "GET"
                else self.client.post(path, fields, headers={"accept-language": "en"})
            )
        statements = [str(query["sql"]) for query in captured.captured_queries]
        control = sum(statement.lstrip().upper().startswith(CONTROL) for statement in statements)
        self.counts[page] = {"statements": len(statements), "of_which_transaction_control": control}
        self.sql[page] = statements
        return Answer(response.status_code, response.headers.get("Location", ""), response.content.decode())


def main() -> None:
    """Arguments: number of a person on file, number of one who is not; --sql prints the statements too."""
    setup_test_environment()
    counts: dict[str, dict[str, int]] = {}
    # The first walk of each road warms what a process reads once.
    for shift in (0, 1):
        for road, number in zip(("claim", "new"), sys.argv[1:3], strict=True):
            browser = CountingBrowser()
            VISITS[road](browser, person(int(number) + shift))
            counts |= browser.counts
            if "--sql" in sys.argv and shift:
                for page, statements in browser.sql.items():
                    print(f"== {page} [{len(statements)}]", *statements, sep="\n   ", file=sys.stderr)
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
