"""Rows of a snapshot that are looked at once more, 7 to 30 days later: which were drawn, by what they were counted, what was found."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.people.models import User
from core.places.models import Unit
from ocop.snapshots.models import Snapshot
from onboarding.accounts.models import AccountReport, Observation, OutsideLink, PlatformAccount


class RecheckDraw(AppendOnly):
    """A draw from the counted rows of one indicator of a snapshot. Anybody can repeat it (`drawing.py`): `population` rows, the
    `size` first of them in the order that `seed` and the digest of the snapshot's rows give. One of an area, day and indicator,
    also when the day is restated later."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="rechecks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    indicator = models.CharField(max_length=10)
    population = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    seed = models.CharField(max_length=64)
    rows_sha256 = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "on", "indicator"], name="recheck_drawn_once"),
            models.CheckConstraint(condition=Q(size__lte=F("population")), name="recheck_draws_no_more_than_there_are"),
        ]


class RecheckItem(models.Model):
    """A drawn row: the household or product with the number `subject_id`, as in the snapshot. `unit` is the commune (or province)
    under which it was counted and follows the map; nothing else is ever changed."""

    draw = models.ForeignKey(RecheckDraw, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    subject = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "position"], name="recheck_item_in_order"),
            models.UniqueConstraint(fields=["draw", "subject_id"], name="recheck_item_once"),
        ]


class RecheckPage(AppendOnly):
    """What a drawn row was counted by: a page of an account, or (`link` None) an account that only the platform's file spoke for.
    `name` is the title that stood there when it was counted, `product_name` what the register called it; `known_to` are the ids of the people who claimed, registered or saw it
    before: they do not look again."""

    item = models.ForeignKey(RecheckItem, on_delete=models.PROTECT, related_name="pages")
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(OutsideLink, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    product_name = models.CharField(max_length=200, blank=True, default="")
    known_to = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "link"], condition=Q(link__isnull=False), name="recheck_page_once"),
            models.UniqueConstraint(
                fields=["item", "account"], condition=Q(link__isnull=True), name="recheck_account_once"
            ),
        ]


class RecheckLook(AppendOnly):
    """The look that decides what became of a page: the first one in the window. Only where a person could not tell may another person
    conclude after it (`RecheckConclusion`); else there is never a second one."""

    class Result(models.TextChoices):
        THERE = "there", "còn thấy"
        GONE = "gone", "không còn"
        UNCLEAR = "unclear", "không kết luận được"

    page = models.OneToOneField(RecheckPage, on_delete=models.PROTECT, related_name="look")
    result = models.CharField(max_length=8, choices=Result.choices)
    at = models.DateTimeField()
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey(AccountReport, on_delete=models.PROTECT, null=True, related_name="+")
    looked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(observation__isnull=False) | Q(report__isnull=False) | Q(looked_by__isnull=False),
                name="recheck_look_rests_on_something",
            )
        ]


class RecheckConclusion(AppendOnly):
    """What another person concluded in the window of a page of which the first could not tell: so who is measured cannot take a row
    out of the count by not being able to tell."""

    look = models.OneToOneField(RecheckLook, on_delete=models.PROTECT, related_name="conclusion")
    result = models.CharField(max_length=8, choices=RecheckLook.Result.choices)
    at = models.DateTimeField()
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey(AccountReport, on_delete=models.PROTECT, null=True, related_name="+")
    looked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result__in=["there", "gone"]), name="recheck_conclusion_concludes"),
        ]
