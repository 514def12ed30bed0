"""The audit trail: one row for everything that was done, never changed afterwards, sealed into a chain."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.kit.append_only import AppendOnly
from core.kit.encryption import EncryptedTextField


class AuditEntry(AppendOnly):
    """Who did what to which object. Actors and objects are kept as values: the trail outlives them.

    No personal text stands here: `digest` is a salted hash of what changed, the text is in AuditDetail.
    """

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    # For whom somebody acted, also where no person stands behind it: "producer:12".
    on_behalf_of_label = models.CharField(max_length=80, blank=True, default="")
    via = models.CharField(max_length=20)
    action = models.CharField(max_length=60, db_index=True)
    object_label = models.CharField(max_length=80, db_index=True)
    unit_code = models.CharField(max_length=10, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["actor_id"]), models.Index(fields=["unit_code"])]


class AuditDetail(models.Model):
    """What changed, old and new, in words. It may be erased; without its salt the entry's digest says nothing."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    salt = models.CharField(max_length=32)
    text = EncryptedTextField()


class AuditSeal(AppendOnly):
    """One link of the chain: the hash of the link before and of the entry. Positions have no gaps."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(position__gte=1), name="audit_seal_counts_from_one")]
