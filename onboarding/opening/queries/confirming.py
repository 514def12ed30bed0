"""Result files that only the person who asked the platform vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from core.kit import clock
from core.people.models import User
from onboarding.accounts.models import AccountReport
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.rules import CONFIRM_WITHIN_DAYS


@dataclass
class FileToConfirm:
    """One file of one batch, imported by `importer` at `at`; `count` accounts rest on it."""

    batch_id: int
    sha256: str
    importer_id: int | None
    importer: str
    at: datetime
    count: int = 0


def reports_to_confirm(batches: QuerySet[OpeningBatch]) -> QuerySet[AccountReport]:
    """The reports of these batches' accounts that wait for a second person: nothing was said about the account since."""
    lines = OpeningLine.objects.filter(batch__in=batches.values("pk"), state=OpeningLine.State.OPENED)
    last = AccountReport.objects.filter(account=OuterRef("account")).order_by("-at", "-pk").values("pk")[:1]
    carried = AccountReport.objects.filter(
        reporter=AccountReport.Reporter.CARRIED,
        result=AccountReport.Result.OPENED,
        at__gte=clock.now() - timedelta(days=CONFIRM_WITHIN_DAYS),
        account__closed_on=None,
        account__in=lines.values("account"),
    )
    return carried.filter(pk=Subquery(last)).order_by("pk")


def files_to_confirm(batches: QuerySet[OpeningBatch]) -> list[FileToConfirm]:
    """Those files, the first imported first; three queries."""
    reports = list(reports_to_confirm(batches))
    opened = OpeningLine.objects.filter(batch__in=batches.values("pk"), state=OpeningLine.State.OPENED)
    lines = opened.filter(account__in={each.account_id for each in reports}).order_by("pk")
    batch_of = dict(lines.values_list("account_id", "batch_id"))
    found: dict[tuple[int, str, int | None], FileToConfirm] = {}
    for each in reports:
        if batch_id := batch_of.get(each.account_id):
            key = (batch_id, each.source_sha256, each.reported_by_id)
            found.setdefault(key, FileToConfirm(*key, "", each.at)).count += 1
    people = User.objects.in_bulk({file.importer_id for file in found.values() if file.importer_id})
    for file in found.values():
        file.importer = str(people.get(file.importer_id or 0, ""))
    return list(found.values())
