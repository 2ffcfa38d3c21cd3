"""`kecs tidy`: forgets what no longer matters and tells what is still untold; run it once an hour."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from kecs.accounts.known_devices.actions import forget_devices, tell_untold
from kecs.guard.actions import purge
from kecs.guard.strict.actions import end_if_over, forget_tallies
from kecs.records.undoing.actions import forget_before_images
from kecs.records.uploads.actions import destroy_old_uploads
from kecs.registration.invited.actions import forget_invitations

BY = "system:tidy"


class Command(BaseCommand):
    """Keeps tables small: counters, used robot checks, tallies of searches, sessions that are over, what imports left behind, invitations."""

    help = "Remove counters, robot checks, tallies and sessions that are over, and end strict mode when it is time."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Prints how many rows went."""
        end_if_over(by=BY)
        tell_untold(by=BY)
        removed = purge(by=BY) + forget_tallies(by=BY) + forget_devices(by=BY)
        removed += forget_before_images(by=BY) + destroy_old_uploads(by=BY)
        removed += forget_invitations(by=BY)
        call_command("clearsessions")
        self.stdout.write(f"removed {removed}")
