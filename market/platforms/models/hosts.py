"""Whose turn it is on a host of public pages."""

from __future__ import annotations

from django.db import models


class PageHost(models.Model):
    """A host whose public pages our robot looks at ("https://voso.vn"): what its robots.txt said when it was last read, and
    from when on the next request may go there. Shared by all workers."""

    origin = models.CharField(max_length=200, unique=True)
    robots_text = models.TextField(blank=True, default="")
    is_closed = models.BooleanField(default=False)
    robots_at = models.DateTimeField(null=True)
    free_at = models.DateTimeField()
