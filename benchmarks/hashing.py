"""`python -m benchmarks.hashing SECONDS`: the bound that no registration can beat, one process that only hashes passwords."""

import json
import resource
import sys
import time

import django
from django.conf import settings
from django.contrib.auth.hashers import make_password

from benchmarks.people import PASSWORD


def main() -> None:
    """Prints hashes a second and CPU milliseconds a hash, with the parameters of the portal."""
    settings.configure(
        PASSWORD_HASHERS=["kecs.accounts.hashers.Argon2PasswordHasher"],
        KECS_HASHES_AT_ONCE=1,
        KECS_HASHES_WAITING=0,
    )
    django.setup()
    make_password(PASSWORD)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began, hashes = time.monotonic(), 0
    while time.monotonic() - began < float(sys.argv[1]):
        make_password(PASSWORD)
        hashes += 1
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(json.dumps({"per_second": hashes / seconds, "cpu_ms": cpu * 1000 / hashes}))


if __name__ == "__main__":
    main()
