"""A bare Django view that writes one row: what a call costs before anything is checked. gunicorn serves it with the product's
settings, its middleware and database included."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

if not settings.configured:  # in gunicorn, not in the process that measures
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    settings.ROOT_URLCONF = __name__
application = get_wsgi_application()


class Row(models.Model):
    """As the log of messages, with nothing around it."""

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=10)
    raw = models.TextField()

    class Meta:
        app_label = "bare"


def write(request: HttpRequest) -> HttpResponse:
    """Write what came, answer as an IPN is answered."""
    with transaction.atomic():
        Row(at=timezone.now(), kind="ipn", raw=request.META.get("QUERY_STRING", "")).save(force_insert=True)
    return JsonResponse({"RspCode": "00", "Message": "Confirm Success"})


@csrf_exempt
def write_two(request: HttpRequest) -> HttpResponse:
    """Write two rows of what came, answer with an object."""
    text = request.body.decode()
    with transaction.atomic():
        for kind in ("intent", "event"):
            Row(at=timezone.now(), kind=kind, raw=text).save(force_insert=True)
    return JsonResponse({"id": "pi_x", "object": "payment_intent"})


def health(request: HttpRequest) -> HttpResponse:
    """It answers."""
    return HttpResponse("ok")


urlpatterns = [path("write", write), path("write-two", write_two), path("health", health)]
