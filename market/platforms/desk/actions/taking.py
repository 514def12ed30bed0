"""One line of a result file: what it says of a listing, against what was asked and what was answered before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.kit import clock
from core.people.queries import Viewer
from market.platforms.contract import ItemOutcome, ItemResult
from market.platforms.desk.actions.reporting import ImportReport
from market.platforms.engine.home import reasons_of
from market.platforms.engine.news import tell_refused
from market.platforms.models import PlatformListing, SheetBatch, SheetItem
from market.platforms.sheets.layout import CHANGED_WORD, GONE_WORD, LIVE_WORD
from onboarding.accounts.actions import normalise_link, observe
from onboarding.accounts.models import Observation

Work, Observed = PlatformListing.Work, PlatformListing.Observed
Answer, Task = SheetItem.Answer, SheetItem.Task
LANES = ("work", "offer_work")


@dataclass
class Line:
    """A claim, the listing's row, the line of ours that it answers, and all lines of ours about this listing, oldest first."""

    result: ItemResult
    row: PlatformListing
    item: SheetItem
    items: Sequence[SheetItem]
    by: Viewer
    report: ImportReport

    def problem(self, sentence: str) -> None:
        """The line is left, and why."""
        self.report.problem(self.result.row, sentence)

    @property
    def is_past(self) -> bool:
        """Whether this line was answered, or a later one is; then it may not write over what is known since."""
        later = [each for each in self.items if each.batch.number > self.item.batch.number]
        answered = any(each.answer in {Answer.DONE, Answer.REJECTED} for each in later)
        return answered or (bool(later) and self.item.answer != Answer.WAITING)

    def end(self, answer: SheetItem.Answer) -> None:
        """Keep the answer; lines of earlier batches that still wait are done with it."""
        self.item.answer, self.item.answered_at = answer, clock.now()
        self.item.save(update_fields=["answer", "answered_at"])
        for each in self.items:
            earlier = each.batch.number < self.item.batch.number and each.batch.state != SheetBatch.State.CANCELLED
            if answer == Answer.DONE and earlier and each.answer == Answer.WAITING:
                each.answer, each.answered_at = Answer.REPLACED, clock.now()
                each.save(update_fields=["answer", "answered_at"])


def take(line: Line) -> None:
    """Write what an answered line says, or say why it cannot be used."""
    _TAKERS[line.result.outcome](line)


def _live(line: Line) -> None:
    row, item = line.row, line.item
    assert line.result.remote is not None
    if item.task == Task.TAKE_DOWN:
        line.problem(f"dòng này yêu cầu gỡ xuống. Hãy ghi «{GONE_WORD}» khi trang đã gỡ.")
        return
    url = normalise_link(line.result.remote.url)
    known = row.link is not None and row.link.url == url and row.observed == Observed.LIVE
    if known or row.claimed_url == url or line.is_past:
        line.report.unchanged += 1
        if item.answer == Answer.WAITING and not line.is_past:
            _confirmed(line) if known else _claimed(line)
        return
    row.claimed_url, row.remote_id = url, line.result.remote.product_id
    row.claimed_by_id, row.claimed_at, row.reasons = line.by.user_id, clock.now(), []
    _claimed(line)
    line.report.claimed += 1


def _claimed(line: Line) -> None:
    """It is said to be there; a person will look."""
    row, item = line.row, line.item
    row.confirmed_hash, row.confirmed_offer_hash = item.content_hash, item.offer_hash
    if row.observed == Observed.REJECTED:
        row.observed = Observed.ABSENT
    if not row.wanted or row.work == Work.BLOCKED:
        # Unwanted: it went up while the seller was taking it back, and must come down again.
        row.work = Work.AWAITING_OPERATOR
    row.save()
    line.end(Answer.DONE)


def _changed(line: Line) -> None:
    """ "Đã sửa", on a page that is known."""
    if line.item.task == Task.TAKE_DOWN:
        line.problem(f"dòng này yêu cầu gỡ xuống. Hãy ghi «{GONE_WORD}» khi trang đã gỡ.")
    elif line.item.answer == Answer.DONE or line.is_past:
        line.report.unchanged += 1
    elif line.row.observed != Observed.LIVE:
        line.problem(f"sản phẩm này chưa có trang đã xác nhận. Hãy ghi «{LIVE_WORD}» và dán liên kết.")
    else:
        _confirmed(line)
        line.report.changed += 1


def _confirmed(line: Line) -> None:
    """What went out stands on the page that was confirmed before. Newer work stays open."""
    row, item = line.row, line.item
    row.confirmed_hash, row.confirmed_offer_hash = item.content_hash, item.offer_hash
    row.reasons = []
    if row.wanted and item.revision >= row.revision:
        for lane in LANES:
            if getattr(row, lane) in {Work.AWAITING_OPERATOR, Work.BLOCKED}:
                setattr(row, lane, Work.IDLE)
    row.save()
    line.end(Answer.DONE)


def _refused(line: Line) -> None:
    row, item, reasons = line.row, line.item, reasons_of(line.result.issues)
    if line.is_past or (item.answer == Answer.REJECTED and row.reasons in ([], reasons)):
        line.report.unchanged += 1
        return
    line.end(Answer.REJECTED)
    line.report.rejected += 1
    if item.task == Task.TAKE_DOWN:
        line.problem("sàn chưa gỡ sản phẩm này xuống. Dòng này sẽ vào lô sau.")
    elif item.revision >= row.revision and row.wanted:
        row.reasons, row.seen_at, row.work = reasons, clock.now(), Work.BLOCKED
        if item.task == Task.OFFER:
            row.offer_work = Work.BLOCKED
        else:
            row.observed, row.claimed_url, row.confirmed_hash = Observed.REJECTED, "", item.content_hash
            row.remote_id = row.remote_id if row.link else ""
        row.save()
        tell_refused(row, reasons)


def _gone(line: Line) -> None:
    row, item = line.row, line.item
    if item.task != Task.TAKE_DOWN:
        line.problem(f"dòng này yêu cầu đăng hoặc sửa. Hãy ghi «{LIVE_WORD}», «{CHANGED_WORD}» hoặc lý do từ chối.")
        return
    if item.answer == Answer.DONE or line.is_past:
        line.report.unchanged += 1
        return
    row.observed, row.seen_at, row.sent_revision, row.reasons = Observed.ABSENT, clock.now(), 0, []
    for name in ("remote_id", "url", "claimed_url", "confirmed_hash", "confirmed_offer_hash", "last_error", "cause"):
        setattr(row, name, "")
    # On sale again meanwhile: it goes up anew.
    row.work = row.offer_work = Work.QUEUED if row.wanted else Work.IDLE
    row.next_try_at = row.offer_next_try_at = clock.now()
    row.fence += 1
    row.save()
    if row.link is not None:
        observer = Observation.Observer.PERSON
        observe(link=row.link, result=Observation.Result.GONE, observer=observer, by=line.by)
    line.end(Answer.DONE)
    line.report.gone += 1


_TAKERS: dict[ItemOutcome, Callable[[Line], None]] = {
    ItemOutcome.LIVE_CLAIMED: _live,
    ItemOutcome.DONE: _changed,
    ItemOutcome.REJECTED: _refused,
    ItemOutcome.GONE_CLAIMED: _gone,
}
