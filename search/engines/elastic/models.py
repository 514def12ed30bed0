"""What is still to be told to the server, and what it refused."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Outgoing(models.Model):
    """A document changed, and the server does not know yet. One row for each change, written in its transaction: no change waits
    for another's row, and what is deleted after sending is just what was seen before it."""

    document_id = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["changed_at"], name="search_outgoing_oldest")]


class Rebuild(models.Model):
    """The rebuild of an alias: who may fill a new index until when (nobody without), since when it runs or ran and how far it got."""

    alias = models.CharField(max_length=255, unique=True)
    owner = models.CharField(max_length=32, blank=True, default="")
    since = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_until__isnull=True) | (Q(since__isnull=False) & ~Q(owner="")),
                name="search_rebuild_is_somebodys",
            )
        ]


class Refused(models.Model):
    """A document the server does not take, with its own words. Sent again when the document changes or at a rebuild."""

    document_id = models.BigIntegerField(unique=True)
    version = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    refused_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="search_refused_says_why")]
