"""`kecs settle`: gives new accounts their record, or staff a case, and ends claims whose time is over; prints counts only."""

import threading

from kecs.accounts.recovery.actions import complete_due_recoveries
from kecs.assurance.actions import lapse_claims
from kecs.mail.worker import PAUSE, PAUSE_WITHOUT_SERVER, QueueCommand
from kecs.registration.settling import settle_waiting


class Command(QueueCommand):
    """The settler."""

    help = "Settle the new accounts that wait: a record of their own, or a case for staff."
    work = "settle who waits"

    def drain(self, stop: threading.Event) -> float:
        """Longer pauses while somebody cannot be settled."""
        recovered = complete_due_recoveries(by="system:settle")
        if recovered:
            self.say(f"recovered {recovered}")
        done = settle_waiting(by="system:settle", stop=stop)
        if done.created or done.joined or done.reviewed or done.put_off:
            why = f" ({', '.join(done.errors)})" if done.errors else ""
            self.say(
                f"created {done.created}, joined {done.joined}, for staff {done.reviewed}, put off {done.put_off}{why}"
            )
        lapsed = lapse_claims(by="system:settle")
        if lapsed:
            self.say(f"lapsed {lapsed}")
        return PAUSE_WITHOUT_SERVER if done.put_off else PAUSE
