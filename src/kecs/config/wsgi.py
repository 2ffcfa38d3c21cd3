"""The web server's way in. An unsafe installation does not start: the checks run first."""

import os
from io import StringIO

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kecs.config.settings")

application = get_wsgi_application()
call_command("check", stdout=StringIO())  # raises; says nothing when all is well
