"""`python -m tests.attacks.inside NAME`: plays one attack in the environment of a served installation; prints the outcomes as JSON."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import django

django.setup()

from tests.attacks.bars import QUICK, WHOLE  # noqa: E402 - Django first
from tests.attacks.play import ATTACKS  # noqa: E402
from tests.attacks.portal import Portal  # noqa: E402


def main() -> None:
    """One attack against one port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=ATTACKS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--share", type=float, default=1.0)
    chosen = parser.parse_args()
    sizes = QUICK if chosen.quick else WHOLE.share(chosen.share)
    portal = Portal(sizes=sizes, port=chosen.port, folder=Path(os.environ["KECS_VAR_DIR"]))
    json.dump([asdict(each) for each in ATTACKS[chosen.name](portal)], sys.stdout)


if __name__ == "__main__":
    main()
