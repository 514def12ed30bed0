"""Who is to bring a missing product or household online."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.people.models import User
from ocop.register.models import OcopProduct
from onboarding.households.models import Household
from onboarding.teams.models import Team


class Assignment(models.Model):
    """A product or household on the list of missing ones, given to a team. Ended by hand or when it is no longer missing."""

    product = models.ForeignKey(OcopProduct, on_delete=models.PROTECT, null=True, related_name="assignments")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="assignments")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assignments")
    note = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [models.Index(fields=["team", "ended_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(ended_at__isnull=True), name="product_assigned_once_while_open"
            ),
            models.UniqueConstraint(
                fields=["household"], condition=Q(ended_at__isnull=True), name="household_assigned_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=True, household__isnull=False)
                | Q(product__isnull=False, household__isnull=True),
                name="assignment_is_about_one",
            ),
        ]
