"""The trail as a csv file."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from core.audit.models import AuditEntry
from core.desk.trail.queries import Line, lines_of
from core.kit import clock
from core.kit.sheets import BYTE_ORDER_MARK, csv_lines

MOST = 20_000
_AT_ONCE = 500
_HEADING = ["Số", "Lúc", "Người làm", "Làm thay cho", "Việc", "Đối tượng", "Nơi", "Qua", "Số yêu cầu", "Dấu nội dung"]


def trail_as_csv(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """The file in pieces, newest first, at most `MOST` rows. What a change was in words is never in it."""
    yield BYTE_ORDER_MARK + csv_lines([_HEADING])
    last, left = None, MOST
    while left > 0:
        batch = list((entries if last is None else entries.filter(pk__lt=last))[: min(_AT_ONCE, left)])
        if not batch:
            return
        yield csv_lines(_cells(line) for line in lines_of(batch))
        last, left = batch[-1].pk, left - len(batch)


def _cells(line: Line) -> list[str]:
    at = f"{timezone.localtime(line.entry.at, clock.VIETNAM):%d/%m/%Y %H:%M:%S}"
    facts = [str(line.entry.pk), at, line.who, line.for_whom, line.what, line.object, line.place, line.via]
    return [*facts, line.entry.request_id, line.entry.digest]
