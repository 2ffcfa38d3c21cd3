"""`kecs send_mail`: writes and sends what is due once, or keeps at it; prints counts, never addresses."""

import threading

from kecs.mail.actions import send_due, write_due
from kecs.mail.worker import PAUSE, PAUSE_WITHOUT_SERVER, QueueCommand


class Command(QueueCommand):
    """The sender."""

    help = "Write the mails that were asked for, and send those that are due."
    work = "write and send what is due"

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
