"""The audit trail: one row for everything that was done, never changed afterwards."""

from __future__ import annotations

from typing import Any

from django.db import models

from core.kit.append_only import AppendOnlyRows


class AuditEntry(models.Model):
    """Who did what to which object. Actors and objects are kept as values: the trail outlives them."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    via = models.CharField(max_length=20)
    action = models.CharField(max_length=60, db_index=True)
    object_label = models.CharField(max_length=80, db_index=True)
    unit_code = models.CharField(max_length=10, blank=True)

    objects = AppendOnlyRows.as_manager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an audit entry cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an audit entry cannot be deleted")
