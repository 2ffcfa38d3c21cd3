"""`kecs keys status|check|create|add|rotate|retire|lost|token|wrap`: the keys that seal and index personal data. docs/runbooks/keys.md"""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from kecs.config.keys.actions import (
    StillNeeded,
    Unfinished,
    add_key,
    end_rotation,
    reseal,
    retire_key,
    use_newest_key,
    wrap_keyring,
)
from kecs.config.keys.lost.actions import let_go_of_key
from kecs.config.keys.lost.queries import under_lost_key
from kecs.config.keys.queries import in_the_way, indexed_by_key, left_to_do, sealed_by_key
from kecs.pii.fields import LOOK_EVERY, make_keyring, read_keyring, the_keyring, the_wrapping
from kecs.pii.hsm import TokenKey
from kecs.pii.keyring import KeyringError
from kecs.pii.wrapping import WrappingFailed
from kecs.records.uploads.sealed_files import files_under

BY = "system:keys"
PASSES = 5
# Every process on this machine has looked at the file once more in this time.
UNTIL_KNOWN = 3 * LOOK_EVERY


class Command(BaseCommand):
    """Creating needs no database, and no settings that are whole."""

    help = "Show, create, add, rotate, retire and give up the keys that seal and index personal data."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do."""
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("status", help="which key seals how much, and which may be retired")
        what.add_parser("check", help="open the keyring, with the token where one wraps it; asks no database")
        create = what.add_parser("create", help="make the keyring; it never overwrites one")
        create.add_argument("--label", choices=["production", "development"], default="production")
        create.add_argument(
            "--first",
            type=int,
            default=1,
            metavar="N",
            help="the number of its key, behind those of keys that are lost",
        )
        lost = what.add_parser(
            "lost", help="count what a key sealed of which there is no copy, and let go of it"
        )
        lost.add_argument("key", type=int, metavar="N")
        lost.add_argument("--let-go", action="store_true", help="empty and drop all of that, for good")
        what.add_parser("add", help="add a key that is not used yet, to be copied to all machines first")
        rotate = what.add_parser(
            "rotate", help="put the newest key to use, or a new one, and seal all under it"
        )
        rotate.add_argument("--processes", type=int, default=None, metavar="N", help="as kecs reindex has it")
        retire = what.add_parser("retire", help="take an old key out of the keyring, where nothing needs it")
        retire.add_argument("key", type=int, metavar="N")
        retire.add_argument(
            "--now", action="store_true", help="end the sessions and codes that need it, instead of waiting"
        )

        what.add_parser("token", help="have the token of KECS_KEYRING_WRAP make the key that wraps")
        wrap = what.add_parser("wrap", help="wrap the keyring as KECS_KEYRING_WRAP says; blank: not at all")
        wrap.add_argument(
            "--before",
            default="",
            metavar="WRAPPING",
            help="what wraps it now, as KECS_KEYRING_WRAP named it",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sentences; the status is not 0 where it was refused."""
        try:
            # Django has a method `check` of its own.
            getattr(self, "opens" if options["what"] == "check" else options["what"])(options)
        except (KeyringError, WrappingFailed) as error:
            raise CommandError(str(error)) from None
        except StillNeeded as needed:
            raise CommandError("\n".join(["The key was not retired:", *needed.reasons])) from None

    def create(self, options: dict[str, Any]) -> None:
        """The file."""
        try:
            make_keyring(label=options["label"], first=options["first"])
        except FileExistsError:
            raise CommandError(
                f"There is a keyring at {settings.KECS_KEYRING} already; it was left alone."
            ) from None
        self.stdout.write(f"Made {settings.KECS_KEYRING}. Keep a copy apart from the database's backups.")

    def opens(self, _options: dict[str, Any]) -> None:
        """Read anew: a process that runs goes on with what it has read, also where the token is gone."""
        keyring, wrapping = read_keyring(), the_wrapping()
        self.stdout.write(
            f"The keyring opens. Current key: {keyring.current}. In the keyring: {_listed(keyring.roots)}."
        )
        self.stdout.write(
            f"Wrapped by {wrapping.name}: the file opens with it only."
            if wrapping
            else "Not wrapped: whoever has the file has the keys."
        )

    def token(self, _options: dict[str, Any]) -> None:
        """Once for each token, before the keyring is made or wrapped."""
        wrapping = the_wrapping()
        if not isinstance(wrapping, TokenKey):
            raise CommandError("KECS_KEYRING_WRAP names no token (pkcs11:...).")
        wrapping.make()
        self.stdout.write(
            f"The token made {wrapping.name}, which cannot be taken out. Have the HSM's own backup hold it, and try "
            "that backup: a keyring opens with this key only."
        )

    def wrap(self, options: dict[str, Any]) -> None:
        """All at once, as every change of the file; processes that run go on with what they have read."""
        wrap_keyring(wrapped_before=options["before"], by=BY)
        self.opens(options)
        self.stdout.write(
            f"Copy {settings.KECS_KEYRING} and KECS_KEYRING_WRAP to every machine, and restart all processes."
        )

    def status(self, _options: dict[str, Any]) -> None:
        """A line for each place and key, and a word on each old key."""
        keyring = the_keyring()
        self.stdout.write(f"Current key: {keyring.current}. In the keyring: {_listed(keyring.roots)}.")
        for what, tables in (("sealed", sealed_by_key()), ("indexed", indexed_by_key())):
            for name, counts in tables.items():
                for key_id, many in sorted(counts.items()):
                    self.stdout.write(f"  {what} by key {key_id}: {many:>12,}  {name}")
        for key_id in sorted(set(keyring.roots) - {keyring.current}):
            reasons = list(in_the_way(key_id))
            self.stdout.write(f"Key {key_id} may be retired." if not reasons else "\n  ".join(reasons))

    def add(self, _options: dict[str, Any]) -> None:
        """Known, not used."""
        key_id = add_key(by=BY)
        self.stdout.write(
            f"Added key {key_id}; it is not used yet. Copy {settings.KECS_KEYRING} to every machine of the portal "
            "and to where its copy is kept, then run: kecs keys rotate"
        )

    def rotate(self, options: dict[str, Any]) -> None:
        """Goes on where it was, when it was killed."""
        keyring = the_keyring()
        newest = max(keyring.roots)
        if newest == keyring.current and not left_to_do():
            newest = add_key(by=BY)
            self.stdout.write(f"Added key {newest}.")
        if newest != keyring.current:
            time.sleep(UNTIL_KNOWN)  # whoever seals with it must be understood by all
            use_newest_key(by=BY)
            self.stdout.write(f"Key {newest} seals and indexes from now on.")
            time.sleep(UNTIL_KNOWN)
        sealed = 0
        for _number in range(PASSES):
            sealed += reseal(on_progress=self.say_progress, by=BY)
            chosen = {} if options["processes"] is None else {"processes": options["processes"]}
            call_command("reindex", **chosen, stdout=self.stdout, stderr=self.stderr)
            if not left_to_do():
                break
        try:
            end_rotation(sealed=sealed, by=BY)
        except Unfinished:
            raise CommandError(
                f"{left_to_do():,} values are not under key {newest} yet: some process still uses an older one. Look whether "
                "every machine has this keyring, wait for imports to end, and run the same command again."
            ) from None
        self.stdout.write(f"Sealed {sealed:,} values anew. Nothing needs an older key.")
        self.stdout.write(f"Copy {settings.KECS_KEYRING} to every machine and to where its copy is kept.")

    def say_progress(self, name: str, many: int, done: str = "sealed anew") -> None:
        """A line for each table, which grows."""
        reached = self._reached.get(name, 0) + many
        self._reached[name] = reached
        if reached == many or reached // 10_000 != (reached - many) // 10_000:
            self.stderr.write(f"  {name}: {reached:,} {done}")

    def retire(self, options: dict[str, Any]) -> None:
        """Where nothing needs it."""
        retire_key(key_id=options["key"], at_once=options["now"], by=BY)
        self.stdout.write(
            f"Key {options['key']} is gone from {settings.KECS_KEYRING}. Backups from before the rotation open with an older "
            "copy of the keyring only: keep that as long as you keep them."
        )

    def lost(self, options: dict[str, Any]) -> None:
        """What it sealed and indexed; with --let-go, away with it. Killed? The same again goes on."""
        key_id = options["key"]
        if key_id in the_keyring().roots:
            raise CommandError(
                f"Key {key_id} is in the keyring: what it sealed opens. Was this keyring made anew after the loss, and does "
                f"nothing open? Move it away and begin behind the lost numbers: kecs keys create --first {key_id + 1}"
            )
        found = under_lost_key(key_id)
        for name, many in sorted(found.items()):
            self.stdout.write(f"  {many:>12,}  {name}")
        if many := files_under(key_id):
            self.stdout.write(
                f"  {many:>12,}  uploaded files of records; kecs tidy destroys them in some days"
            )
        if not options["let_go"]:
            self.stdout.write(
                f"{found.total():,} values need key {key_id}, which is not in the keyring. Is there a copy, in a safe or on "
                "another machine? Put it in place: then nothing is lost. With none, and a backup made: the same command "
                "with --let-go."
                if found
                else f"Nothing needs key {key_id}."
            )
            return
        gone = let_go_of_key(key_id=key_id, on_progress=self.say_let_go, by=BY)
        self.stdout.write(f"Let go of {gone.total():,} values of key {key_id}.")
        self.stdout.write(
            "Now: kecs reindex, then kecs import with the agency's whole file, then kecs backup check."
        )

    def say_let_go(self, name: str, many: int) -> None:
        """A line for each place, which grows."""
        self.say_progress(name, many, "let go of")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reached: dict[str, int] = {}


def _listed(key_ids: Any) -> str:
    return ", ".join(str(each) for each in sorted(key_ids))
