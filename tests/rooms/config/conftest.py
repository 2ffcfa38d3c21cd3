"""What the tests of settings share."""

from collections.abc import Iterator

import pytest

from kecs.pii.keyring import Keyring
from tests.rooms.config.checking import Checker, environment_of


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    """What `kecs check` says, without a start for each question."""
    var = tmp_path_factory.mktemp("checker")
    Keyring.create(var / "keyring.json", label="production")
    checker = Checker(environment_of(var))
    yield checker
    checker.close()
