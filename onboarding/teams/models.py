"""Community digital-technology teams: founded by a decision of the commune, for a time, with members and hamlets.

A team *exists* while its period runs; it is *active* when it made a visit or held a session in the last 30 days
(`visits`). Members get their rights as grants (core/people/grants); these rows say why, and `TeamGrant` which grants
stand only for a team. Members and hamlets of a team end with it at the latest: their `valid_to` is never after its own.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.people.models import Grant, User
from core.places.models import Hamlet, Unit


class Team(models.Model):
    """A team of one commune. `valid_to` is the first day without it. `follows` is the team that went on in this one
    under a new decision; `to_decide` says in Vietnamese what the commune must still decide about it (after a merger)."""

    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("tên tổ", max_length=120)
    decision_number = models.CharField("số quyết định", max_length=60)
    decision_on = models.DateField("ngày quyết định")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
    to_decide = models.CharField(max_length=200, blank=True, default="")
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="team_period_runs_forward"
            ),
            models.UniqueConstraint(
                fields=["commune", "name"], condition=Q(valid_to__isnull=True), name="team_name_once_while_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A person in a team for a time."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="team_memberships")
    is_lead = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="team_member_period_runs_forward",
            ),
            models.UniqueConstraint(
                fields=["team", "user"], condition=Q(valid_to__isnull=True), name="team_member_once_while_open"
            ),
        ]


class TeamHamlet(models.Model):
    """A hamlet a team looks after for a time; one team a hamlet at a time. (On PostgreSQL the exclusion constraint
    `team_hamlet_one_team_at_a_time` says so for all periods; here and on SQLite for those without an end.)"""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="hamlets")
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, related_name="team_assignments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="team_hamlet_period_runs_forward",
            ),
            models.UniqueConstraint(
                fields=["hamlet"], condition=Q(valid_to__isnull=True), name="team_hamlet_one_team_while_open"
            ),
        ]


class TeamGrant(models.Model):
    """A grant that stands for being in a team. It ends with that; grants given for other reasons have no row here.
    A row whose grant was ended by a person says: not again by itself."""

    grant = models.OneToOneField(Grant, on_delete=models.CASCADE, related_name="of_team")
