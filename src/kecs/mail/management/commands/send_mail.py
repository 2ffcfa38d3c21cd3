"""`kecs send_mail`: drains the outbox once, or keeps at it; prints counts, never addresses."""

import threading

from kecs.mail.actions import send_due
from kecs.mail.worker import PAUSE, PAUSE_WITHOUT_SERVER, QueueCommand


class Command(QueueCommand):
    """The sender."""

    help = "Send the mails that are due."
    work = "send what is due"

    def drain(self, stop: threading.Event) -> float:
        """Longer pauses while the mail server is away."""
        while True:
            done = send_due(by="system:send_mail", stop=stop)
            if done.attempts:
                self.say(
                    f"sent {done.sent}, deferred {done.deferred}, refused {done.refused}, "
                    f"server unavailable {done.unavailable}, lease lost {done.lease_lost}"
                )
            if not done.attempts or done.unavailable or stop.is_set():
                return PAUSE_WITHOUT_SERVER if done.unavailable else PAUSE
