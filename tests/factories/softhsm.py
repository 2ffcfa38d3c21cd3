"""A token of SoftHSM in a folder of the test's own, with a PIN."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

PIN = "246813579"


def library() -> Path | None:
    """Where Debian and others put it."""
    places = [
        *Path("/usr/lib").glob("**/softhsm/libsofthsm2.so"),
        *Path("/usr/local/lib").glob("softhsm/libsofthsm2.so"),
    ]
    return next(iter(places), None)


@contextmanager
def softhsm(folder: Path) -> Iterator[str]:
    """What KECS_KEYRING_WRAP says for its key `keyring`, which is not made yet. Skips the test where there is no SoftHSM."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed: scripts/setup --dev")
    module = library()
    if module is None or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM is not installed: scripts/softhsm")
    (folder / "tokens").mkdir(parents=True)
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n", encoding="utf-8")
    with mock.patch.dict(os.environ, SOFTHSM2_CONF=str(conf)):
        subprocess.run(
            [
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "kecs",
                "--pin",
                PIN,
                "--so-pin",
                "13572468",
            ],
            check=True,
            capture_output=True,
        )
        yield f"pkcs11:token=kecs;object=keyring?module-path={module}"
