"""Phones and tablets on which team members sign in with a PIN."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.people.models import User

MAX_TRIES = 5


class TrustedDevice(models.Model):
    """One person's PIN on one device. A shared phone has a row for each of its members, with the same `device_hash`.

    The device holds a long random secret in a cookie; the PIN is hashed together with it, so that the table alone is
    not enough to try the million PINs.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="trusted_devices")
    device_hash = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=60)
    pin_hash = models.CharField(max_length=128)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "device_hash"], condition=Q(ended_at__isnull=True), name="one_pin_a_person_and_device"
            ),
            models.CheckConstraint(condition=Q(tries__lte=MAX_TRIES), name="trusted_device_tries_end"),
        ]

    @property
    def is_locked(self) -> bool:
        """Whether five wrong PINs have locked it; a phone code and a new PIN open it."""
        return self.tries >= MAX_TRIES
