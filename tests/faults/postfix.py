"""A real Postfix on loopback, stopped and started while mailers work: what arrives, how it looks, and what comes back.

It lives in folders of its own below /tmp, delivers into mailboxes there and nowhere else; the system's own Postfix is not touched.
Root starts it (Postfix changes users by itself); scripts/postfix installs it.
"""

import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import Message
from io import StringIO
from pathlib import Path
from typing import Any

from tests.faults.ground import BY, Outcome, in_child

POSTFIX = Path("/usr/sbin/postfix")
MAILS_A_ROUND = 10
NOBODY_THERE = 3  # mails to mailboxes that are not, in each round
BOUNCES = "bounces@kecs.example.org"
PATIENCE = 60.0  # seconds for Postfix to end what it has
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.kecs.example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks =
# Nothing ever leaves this machine.
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = error:5.7.1 nothing leaves this machine
disable_dns_lookups = yes
smtpd_peername_lookup = no
recipient_delimiter = +
virtual_mailbox_domains = kecs.example.org, example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = regexp:{folder}/config/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_alias_maps =
alias_maps =
local_recipient_maps =
# Who is not there is found out later, as behind a gateway: it answers 250, and the mail comes back.
smtpd_reject_unlisted_recipient = no
smtpd_relay_restrictions = reject_unauth_destination
maillog_file = {folder}/log/maillog
maillog_file_prefixes = {folder}
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
BOXES = r"""
/^bounces(\+.*)?@kecs\.example\.org$/ bounces/
/^fault[0-9]+@example\.org$/ sink/
"""


class Postfix:
    """One of our own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        nobody = pwd.getpwnam("nobody")
        for name in ("config", "queue", "data", "log", "mail"):
            (folder / name).mkdir()
        folder.chmod(0o755)
        shutil.chown(folder / "data", "postfix")
        os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
        facts = {"folder": folder, "port": self.port, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
        (folder / "config/main.cf").write_text(MAIN.format(**facts), encoding="ascii")
        (folder / "config/master.cf").write_text(MASTER.format(**facts), encoding="ascii")
        (folder / "config/boxes").write_text(BOXES, encoding="ascii")

    def do(self, word: str) -> None:
        """start, stop (ends what it is at) or abort (drops it)."""
        done = subprocess.run(
            [str(POSTFIX), "-c", str(self.folder / "config"), word],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"postfix {word}: {done.stderr}")

    def ends_its_queue(self) -> bool:
        """Whether it delivered or sent back all that it has, before our patience ends."""
        until = time.monotonic() + PATIENCE
        queues = [self.folder / "queue" / name for name in ("maildrop", "incoming", "active", "deferred")]
        while any(file.is_file() for queue in queues for file in queue.rglob("*")):
            if time.monotonic() > until:
                return False
            subprocess.run(
                ["/usr/sbin/postqueue", "-c", str(self.folder / "config"), "-f"],
                check=False,
                capture_output=True,
            )
            time.sleep(0.2)
        return True

    def mails(self, name: str) -> list[Message]:
        """Of a mailbox."""
        folder = self.folder / "mail" / name
        return (
            [mail for _key, mail in mailbox.Maildir(folder, create=False).items()] if folder.exists() else []
        )


@contextmanager
def running() -> Iterator[Postfix]:
    """Listening; our mail goes there."""
    from django.test import override_settings

    folder = Path(tempfile.mkdtemp(prefix="kecs-postfix-", dir="/tmp"))
    server = Postfix(folder)
    try:
        server.do("start")
        with override_settings(
            KECS_MAIL_TRANSPORT="django.core.mail.backends.smtp.EmailBackend",
            KECS_MAIL_BOUNCES_TO=BOUNCES,
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=server.port,
            EMAIL_TIMEOUT=10,
        ):
            yield server
    finally:
        subprocess.run(
            [str(POSTFIX), "-c", str(folder / "config"), "abort"], check=False, capture_output=True
        )
        shutil.rmtree(folder, ignore_errors=True)


def missing() -> str:
    """Why it cannot be played here, in a sentence; empty where it can."""
    if not POSTFIX.exists():
        return "Postfix is not installed: scripts/postfix"
    return "" if os.geteuid() == 0 else "Postfix is started by root only"


def stopped_and_started(times: int, _folder: Path) -> Outcome:
    """Two mailers send; Postfix is stopped or aborted among it and started again, each time."""
    from django.core.management import call_command

    from kecs.mail.actions import LEASE, WAIT_FOR_SERVER, send_due
    from kecs.mail.queries import database_clock

    outcome = Outcome(fault="Postfix stopped and started while mailers work", times=times)
    if why := missing():
        outcome.fault, outcome.times = f"{outcome.fault} (left out: {why})", 0
        return outcome
    _begin()
    later = timedelta()
    with running() as server:
        for number in range(times):
            _queue(number)
            at = database_clock() + later
            children = [in_child(lambda at=at: _send(at)) for _two in range(2)]  # type: ignore[misc]
            time.sleep(0.05 + 0.02 * (number % 8))
            server.do("abort" if number % 2 else "stop")
            for child in children:
                os.waitpid(child, 0)
            server.do("start")
            later += LEASE + WAIT_FOR_SERVER + timedelta(minutes=10)
        while send_due(by=BY, at=database_clock() + later + timedelta(hours=2)).attempts:
            later += timedelta(hours=2)
        outcome.must("Postfix delivers or sends back all that it took", hold=server.ends_its_queue())
        said = StringIO()
        call_command("bounces", maildir=server.folder / "mail/bounces", stdout=said)
        again = StringIO()
        call_command("bounces", maildir=server.folder / "mail/bounces", stdout=again)
        _judge(outcome, server.mails("sink"), server.mails("bounces"))
    outcome.must("a report that was read is not read again", hold=again.getvalue().startswith("noted: 0,"))
    return outcome


def _judge(outcome: Outcome, arrived: list[Message], reports: list[Message]) -> None:
    """What the mailboxes and the outbox tell."""
    from kecs.mail.models import OutboxMessage

    ours = OutboxMessage.objects.filter(kind="tests.postfix")
    there = {mail.message_id for mail in ours if mail.to.startswith("fault")}
    nowhere = [mail for mail in ours if not mail.to.startswith("fault")]
    counts = Counter(str(mail["Message-ID"]) for mail in arrived)
    twice = sum(count - 1 for count in counts.values())
    bounced = [mail for mail in nowhere if mail.status == "bounced"]
    outcome.counted = {
        "mails": len(there),
        "arrived": len(counts),
        "lost": len(there - set(counts)),
        "arrived twice": twice,
        "to nobody": len(nowhere),
        "reports": len(reports),
        "noted as bounced": len(bounced),
    }
    outcome.must("every mail arrived, and none that is not ours", hold=set(counts) == there)
    outcome.must("a stop doubles one mail of each mailer at most", hold=twice <= 2 * outcome.times)
    outcome.must(
        "every mail that arrived is marked as sent",
        hold={mail.status for mail in ours if mail.message_id in there} == {"sent"},
    )
    outcome.must("each mail to nobody came back and is noted", hold=len(bounced) == len(nowhere))
    outcome.must(
        "it is noted with its code", hold={mail.last_error_code for mail in bounced} == {"dsn 5.1.1"}
    )
    wrong = Counter(rule for mail in arrived for rule in _wrong_with(mail))
    outcome.broken += [f"{rule} ({count} mails)" for rule, count in wrong.items()]


def _wrong_with(mail: Message) -> Iterator[str]:
    """What a mailbox must see of each."""
    token = str(mail["Message-ID"]).strip("<>").partition("@")[0]
    local, _at, domain = BOUNCES.partition("@")
    rules: dict[str, Any] = {
        "each of these headers is there once": all(
            len(mail.get_all(name, [])) == 1 for name in ("From", "To", "Date", "Subject", "Message-ID")
        ),
        "no machine answers": mail["Auto-Submitted"] == "auto-generated",
        "text, and the same words as HTML": mail.get_content_type() == "multipart/alternative"
        and [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"],
        "it comes back to an address of its own": mail["Return-Path"] == f"<{local}+{token}@{domain}>",
    }
    return (rule for rule, holds in rules.items() if not holds)


def _begin() -> None:
    from kecs.mail.models import OutboxMessage

    OutboxMessage.objects.filter(kind="tests.postfix").delete()


def _queue(number: int) -> None:
    from django.db import transaction

    from kecs.mail.actions import queue
    from kecs.mail.messages import Message as Mail

    to = [f"fault{number * MAILS_A_ROUND + one}@example.org" for one in range(MAILS_A_ROUND)]
    to += [f"nobody{number * NOBODY_THERE + one}@example.org" for one in range(NOBODY_THERE)]
    with transaction.atomic():
        for address in to:
            mail = Mail(
                kind="tests.postfix", to=address, subject="María’s mail", text="Read *this*.\n", language="en"
            )
            queue(message=mail, by=BY)


def _send(at: object) -> None:
    from kecs.mail.actions import send_due

    send_due(by=BY, at=at)  # type: ignore[arg-type]
