"""Where a platform and we do not agree."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.people.models import User
from market.platforms.models.connections import Connection
from market.platforms.models.rows import PlatformListing


class Drift(models.Model):
    """Something on a platform that is not as we left it, and what a person decided about it. `fields` is a list of
    {field, ours, theirs}; what was decided holds until the remote object (`remote_hash`) changes again. `asked_at`: somebody
    wants it done by a call that a job makes; `trouble` says in Vietnamese why the last try did not do it."""

    class Kind(models.TextChoices):
        EDITED = "edited", "bị sửa trên sàn"
        REMOVED = "removed", "bị gỡ trên sàn"
        STRANGER = "stranger", "trên sàn có, ở đây không có"
        HIDDEN = "hidden", "bị ẩn trên sàn"
        DUPLICATE = "duplicate", "trùng mã trên sàn"

    class Decision(models.TextChoices):
        OPEN = "open", "chưa quyết"
        OURS = "ours", "giữ bản của ta"
        THEIRS = "theirs", "lấy bản của sàn"
        IGNORED = "ignored", "bỏ qua"
        GONE = "gone", "không còn lệch"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="drifts")
    row = models.ForeignKey(PlatformListing, on_delete=models.CASCADE, null=True, related_name="drifts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    remote_id = models.CharField(max_length=80, blank=True, default="")
    sku = models.CharField(max_length=64, blank=True, default="")
    title = models.CharField(max_length=300, blank=True, default="")
    url = models.CharField(max_length=400, blank=True, default="")
    fields = models.JSONField(default=list, blank=True)
    remote_hash = models.CharField(max_length=64, blank=True, default="")
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    trouble = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "remote_id", "sku"],
                condition=Q(decision="open"),
                name="one_open_drift_of_a_kind",
            )
        ]
        indexes = [models.Index(fields=["connection", "decision"])]
