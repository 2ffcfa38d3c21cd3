"""`kecs tidy`: forgets what no longer matters and tells what is still untold; run it once an hour."""

from typing import Any

from django.core.management.base import BaseCommand

from kecs.accounts.known_devices.actions import tell_untold
from kecs.config.retention.actions import destroy_old_data
from kecs.guard.strict.actions import end_if_over

BY = "system:tidy"


class Command(BaseCommand):
    """What is kept how long stands in kecs.config.retention.periods; a legal hold keeps what it names."""

    help = "Destroy what was kept long enough, and end strict mode when it is time."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Prints how many rows went."""
        end_if_over(by=BY)
        tell_untold(by=BY)
        gone = destroy_old_data(by=BY)
        self.stdout.write(f"removed {sum(gone.values())}")
        for kept, many in sorted(gone.items()):
            if many:
                self.stdout.write(f"  {kept}: {many:,}")
