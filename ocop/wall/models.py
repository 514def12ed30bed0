"""Links by which a screen on a wall shows the figures of an area, without anybody being signed in there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.people.models import User
from core.places.models import Unit


class ScreenLink(models.Model):
    """One screen: what it is called, whose figures it shows, and until when. Only the hash of its secret is kept; who has the secret
    reads these few figures and nothing else. `last_seen_at` is kept to the minute."""

    name = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="screen_link_lasts"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=False) | Q(revoked_by__isnull=True), name="screen_link_revoked_some_day"
            ),
        ]
