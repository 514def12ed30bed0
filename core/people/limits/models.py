"""How often somebody has tried something."""

from __future__ import annotations

from django.db import models


class Counted(models.Model):
    """Tries of one kind by one subject since `started_at`. The subject is kept as a keyed hash: no phones, no addresses.

    Times are whole seconds since 1970 UTC, because one statement that both databases understand reads and writes them.
    """

    key = models.CharField(max_length=64, primary_key=True)
    started_at = models.BigIntegerField()
    ends_at = models.BigIntegerField(db_index=True)
    count = models.PositiveIntegerField()
