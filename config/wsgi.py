"""What a WSGI server loads. System checks run first: gunicorn does not run them by itself."""

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
call_command("check", databases=["default"], fail_level="ERROR", stdout=io.StringIO())
