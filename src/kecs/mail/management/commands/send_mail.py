"""`kecs send_mail`: writes and sends what is due once, or keeps at it; prints counts, never addresses."""

import threading
from time import monotonic

from kecs.audit.queries import anchor_the_end
from kecs.mail.actions import send_due, write_due
from kecs.mail.worker import PAUSE, PAUSE_WITHOUT_SERVER, QueueCommand

ANCHOR_EVERY = 3600.0  # seconds


class Command(QueueCommand):
    """The sender; as it always runs, it also writes down now and then how far the audit log has come."""

    help = "Write the mails that were asked for, and send those that are due."
    work = "write and send what is due"
    anchor_next = 0.0

    def drain(self, stop: threading.Event) -> float:
        """Longer pauses while the mail server is away."""
        while True:
            written = write_due(by="system:send_mail", stop=stop)
            if written.put_off:
                self.say(f"put off {written.put_off} that could not be written")
            done = send_due(by="system:send_mail", stop=stop)
            if done.attempts:
                self.say(
                    f"sent {done.sent}, deferred {done.deferred}, refused {done.refused}, "
                    f"server unavailable {done.unavailable}, lease lost {done.lease_lost}"
                )
            if not (done.attempts or written.attempts) or done.unavailable or stop.is_set():
                return PAUSE_WITHOUT_SERVER if done.unavailable else PAUSE

    def meanwhile(self) -> None:
        """An anchor of the audit log outside of the database, and a word where the log holds the last one no more."""
        if monotonic() < self.anchor_next:
            return
        self.anchor_next = monotonic() + ANCHOR_EVERY
        try:
            if not anchor_the_end():
                self.say("the audit log is not what it was: run kecs audit verify")
        except OSError as error:
            self.say(f"no anchor of the audit log was written ({type(error).__name__})")
