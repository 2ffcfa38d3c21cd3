"""The mailer killed at any moment, several mailers at once, and a mail server that is down, full of silence, refusing or dying."""

import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path

from tests.faults.ground import BY, Mood, Outcome, in_child, mail_server

MAILS_A_ROUND = 6
# How long a mailer lives: from before its first mail to after its last one.
LIVES = (0.0, 0.08)


def _queue(many: int, first: int) -> None:
    from django.db import transaction

    from kecs.mail.actions import queue
    from kecs.mail.messages import Message

    with transaction.atomic():
        for number in range(first, first + many):
            mail = Message(
                kind="tests.fault",
                to=f"fault{number}@example.org",
                subject="A fault",
                text=f"Number {number}\n",
            )
            queue(message=mail, by=BY)


def _statuses() -> dict[str, int]:
    from collections import Counter

    from kecs.mail.models import OutboxMessage

    return dict(Counter(OutboxMessage.objects.filter(kind="tests.fault").values_list("status", flat=True)))


def _begin() -> None:
    from kecs.mail.models import OutboxMessage

    OutboxMessage.objects.filter(kind="tests.fault").delete()


def _message_ids() -> set[str]:
    from kecs.mail.models import OutboxMessage

    ids = OutboxMessage.objects.filter(kind="tests.fault").values_list("message_id", flat=True)
    return {message_id.strip("<>") for message_id in ids}


def killed(times: int, folder: Path) -> Outcome:
    """kill -9 for one of two mailers that share the work, again and again; then the rest is sent, its leases over."""
    from kecs.mail.actions import LEASE, send_due
    from kecs.mail.queries import database_clock

    outcome = Outcome(fault="mailer killed", times=times)
    _begin()
    queued = 0
    with mail_server(folder) as server:
        for number in range(times):
            _queue(MAILS_A_ROUND, queued)
            queued += MAILS_A_ROUND
            # Later by a lease each time, so that what the dead one held is taken up by the next.
            at = database_clock() + number * LEASE
            children = [in_child(lambda at=at: _send(at)) for _two in range(2)]  # type: ignore[misc]
            time.sleep(random.uniform(*LIVES))
            os.kill(children[0], signal.SIGKILL)
            for child in children:
                os.waitpid(child, 0)
        while send_due(by=BY, at=database_clock() + (times + 2) * LEASE + timedelta(hours=1)).attempts:
            pass
        accepted = server.accepted()
    statuses = _statuses()
    twice = sum(count - 1 for count in accepted.values())
    outcome.counted = {
        "mails": queued,
        "sent again after a kill": twice,
        "lost": len(_message_ids() - set(accepted)),
    }
    outcome.must("every mail arrived", hold=_message_ids() <= set(accepted))
    outcome.must("every mail is marked as sent", hold=statuses == {"sent": queued})
    outcome.must("a kill doubles one mail at most, under its own Message-ID", hold=twice <= times)
    outcome.must("nothing arrived that was not queued", hold=set(accepted) <= _message_ids())
    return outcome


def _send(at: object) -> None:
    from kecs.mail.actions import send_due

    send_due(by=BY, at=at)  # type: ignore[arg-type]


def unwilling(times: int, folder: Path) -> Outcome:
    """Each mood of the mail server in turn, then a server that takes mail: everything arrives, nothing is given up."""
    from django.conf import settings

    from kecs.mail.actions import WAIT_FOR_SERVER, send_due
    from kecs.mail.queries import database_clock

    outcome = Outcome(fault="mail server down, silent, refusing, dying before 250", times=times)
    _begin()
    queued, died, tried = 0, 0, 0
    with mail_server(folder) as server:
        settings.EMAIL_TIMEOUT = 0.2
        for number in range(times):
            mood = (None, Mood.BLACK_HOLE, Mood.REFUSES, Mood.DIES)[number % 4]
            _queue(2, queued)
            queued += 2
            at = database_clock() + number * timedelta(hours=1)
            if mood is None:  # down: nobody listens
                settings.EMAIL_PORT = 1
            else:
                server.mood.value = mood
            done = send_due(by=BY, at=at)
            tried += done.attempts
            died += mood is Mood.DIES
            outcome.must(
                f"nothing is refused or sent while it is {mood!r}", hold=not (done.sent or done.refused)
            )
            settings.EMAIL_PORT, server.mood.value = server.port, Mood.TAKES
            settings.EMAIL_TIMEOUT = 2
            while send_due(by=BY, at=at + 2 * WAIT_FOR_SERVER + timedelta(minutes=10)).attempts:
                pass
            settings.EMAIL_TIMEOUT = 0.2
        accepted = server.accepted()
    twice = sum(count - 1 for count in accepted.values())
    outcome.counted = {
        "mails": queued,
        "tries that failed": tried,
        "sent again": twice,
        "lost": queued - len(accepted),
    }
    outcome.must("every mail arrived", hold=set(accepted) == _message_ids())
    outcome.must("every mail is marked as sent", hold=_statuses() == {"sent": queued})
    outcome.must("a server that dies before 250 doubles one mail at most", hold=twice <= died)
    return outcome
