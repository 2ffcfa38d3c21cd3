"""`kecs imports`: looks through, loads and undoes the files of records that staff sent through the browser; prints counts only."""

import threading

from kecs.mail.worker import PAUSE, QueueCommand
from kecs.records.uploads.working import work_on_uploads


class Command(QueueCommand):
    """The loader."""

    help = "Look through, load and undo the files of records that staff sent."
    work = "do what waits"

    def drain(self, stop: threading.Event) -> float:
        """A file after the other; a long one is left half-way when asked to stop, and goes on later."""
        while not stop.is_set() and work_on_uploads(by="system:imports", stop=stop, say=self.say):
            pass
        return PAUSE
