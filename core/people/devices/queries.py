"""Which devices a person has, and who may use this one."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db.models import QuerySet

from core.kit import clock
from core.people.devices.models import TrustedDevice
from core.people.models import User

DEVICE_COOKIE = "thiet-bi"
DEVICE_LIFE = timedelta(days=30)


def device_hash(secret: str) -> str:
    """The stored form of a device's secret (it is long and random, so a plain hash is enough)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def usable_devices() -> QuerySet[TrustedDevice]:
    """Not removed, and used within the last 30 days; locked ones too."""
    return TrustedDevice.objects.filter(
        ended_at__isnull=True, last_used_at__gt=clock.now() - DEVICE_LIFE, user__is_active=True
    )


def members_of_device(secret: str) -> QuerySet[TrustedDevice]:
    """Who has a PIN on the device with this secret; nobody for an empty one, without a question to the database."""
    if not secret:
        return TrustedDevice.objects.none()
    return usable_devices().filter(device_hash=device_hash(secret)).select_related("user").order_by("pk")


def devices_of(user: User) -> QuerySet[TrustedDevice]:
    """This person's devices, the latest used first."""
    return usable_devices().filter(user=user).order_by("-last_used_at")
