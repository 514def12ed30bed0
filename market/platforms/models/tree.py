"""The tree of goods that a platform has told us of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from onboarding.accounts.models import Platform


class PlatformTreeNode(models.Model):
    """One category of a platform's own, as it was told at `seen_at`; `gone_at` is when it was first missing. What is gone is kept: listings
    may still be sent there."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="tree")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160, blank=True)
    parent = models.CharField(max_length=60, blank=True)
    is_leaf = models.BooleanField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "code"], name="platform_tree_node_once"),
            models.CheckConstraint(condition=~Q(code=""), name="platform_tree_node_has_code"),
        ]
