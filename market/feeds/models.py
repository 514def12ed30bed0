"""What stands in the feeds, one row for each good and province, ready to be written out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class FeedEntry(models.Model):
    """A good as the feeds of its shop and of a province tell it.

    `listing_id` and `shop_id` are values, not foreign keys: that a good is gone is told also when its row no longer exists. A shop that
    moves to another province leaves a row behind, so that readers of the first one hear of it.
    `facts` is what is told (see `facts.Facts`), empty once the good `is_gone`; `digest` stands for it. `version` grows whenever that
    changes, and `changed_at` is when: no two writings that commit one after the other have the same moment, and the later one has the
    later moment (see `actions.bring_up_to_date`). `revision` is the listing's when it was read, `holds_until` the last day on which
    the facts are right by themselves (a badge ends, a promotion starts); None: for good.
    """

    listing_id = models.BigIntegerField()
    shop_id = models.BigIntegerField()
    province_code = models.CharField(max_length=5)
    sku = models.CharField(max_length=20)
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    holds_until = models.DateField(null=True)
    is_gone = models.BooleanField(default=False)
    version = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing_id", "province_code"], name="feed_entry_once"),
            models.CheckConstraint(
                condition=Q(is_gone=True, digest="", facts={}) | (Q(is_gone=False) & ~Q(digest="")),
                name="feed_entry_says_nothing_of_what_is_gone",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "changed_at"], name="feed_of_shop"),
            models.Index(fields=["province_code", "changed_at"], name="feed_of_province"),
            models.Index(fields=["holds_until"], condition=Q(is_gone=False), name="feed_holds_until"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} v{self.version}"


class FeedNote(models.Model):
    """Something that may have changed what the feeds say, written in the transaction that changed it; gone as soon as the entries
    follow. Only ever added by writers, so that nobody waits for another: a note may stand there several times."""

    class About(models.TextChoices):
        LISTING = "listing", "tin bán"
        SHOP = "shop", "gian hàng"
        PRODUCER = "producer", "chủ thể"

    about = models.CharField(max_length=10, choices=About.choices)
    object_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.about}:{self.object_id}"


class FeedClock(models.Model):
    """One row: the moment of the last writing of entries. Whoever writes entries holds it, so that moments come in the order in which
    they can be seen."""

    last = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="feed_clock_is_one")]

    def __str__(self) -> str:
        return self.last.isoformat()
