"""The pytest plugin of scripts/mutants, which runs the pure tests on one changed function after another.

It stands in for tests/conftest.py there: no database, no mail, and the same examples each time.
"""

import gc
import os
import sys
from itertools import chain

import hypothesis
import pytest

ROOMS = ("kecs.matching.", "kecs.pii.")

hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=20,
    # What fails is counted, not read: no time goes into the smallest example.
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("mutants")


def forget() -> None:
    """Empty the caches of both rooms."""
    modules = [module for name, module in sys.modules.items() if name.startswith(ROOMS)]
    for thing in chain.from_iterable(vars(module).values() for module in modules):
        if hasattr(thing, "cache_clear") and not isinstance(thing, type):
            thing.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick ones first, and of these the ones named for the changed module: the first that fails is enough."""
    module = os.environ.get("MUTANT_UNDER_TEST", "").rpartition(".")[0].rpartition(".")[2] or "none"
    items.sort(
        key=lambda item: (hasattr(getattr(item, "obj", None), "hypothesis"), module not in item.path.name)
    )


def pytest_collection_finish() -> None:
    """What was worked out before a change would hide it."""
    forget()


def pytest_unconfigure() -> None:
    """Once the first process has read everything, those that it forks need not look for garbage in that."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _cold() -> None:
    """While mutmut learns which tests reach which function, none may be spared the way there by a cache."""
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        forget()
