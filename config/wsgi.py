"""What a WSGI server loads. System checks run first: gunicorn does not run them by itself."""

import gc
import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
call_command("check", databases=["default"], fail_level="ERROR", stdout=io.StringIO())
# What has been loaded by now stays until the process ends. Looking through it for garbage again and again finds nothing and holds
# up the page that happens to be made by a fifth of a second.
gc.collect()
gc.freeze()
