"""`kecs documents`: has the scanner look at what waits, and destroys what was kept long enough; prints counts only."""

import threading

from kecs.corrections.desk.actions import forget_old_corrections
from kecs.corrections.documents.actions import destroy_old_documents, scan_waiting
from kecs.mail.worker import PAUSE, PAUSE_WITHOUT_SERVER, QueueCommand


class Command(QueueCommand):
    """The keeper of documents."""

    help = "Scan the documents that wait, and destroy those that were kept long enough."
    work = "scan what waits and destroy what is old"

    def drain(self, stop: threading.Event) -> float:
        """Nobody waits for a scan but staff, so the pauses are long ones."""
        done = scan_waiting(by="system:documents", stop=stop)
        gone = destroy_old_documents(by="system:documents") + forget_old_corrections(by="system:documents")
        if done.clean or done.found or gone:
            self.say(f"clean {done.clean}, refused {done.found}, requests emptied {gone}")
        if done.away:
            self.say("scanner away")
        return PAUSE if done.clean or done.found else PAUSE_WITHOUT_SERVER
