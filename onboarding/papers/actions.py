"""Recording, checking and withdrawing papers; a word before one ends."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse

from core.audit.actions import record
from core.files.actions import remove_files_without_row
from core.kit import clock
from core.messages.actions import send_message
from core.people.queries import SYSTEM, Viewer
from onboarding.papers.models import Paper
from onboarding.papers.rules import can_check, can_record, can_see
from onboarding.papers.scanning import ENDINGS, Scan
from onboarding.producers.models import Producer
from onboarding.producers.queries import on_behalf_of, people_of

ENDING_KIND = "paper.ending"
MISMATCH_KIND = "paper.mismatch"
# A word two months, one month and a week ahead; whichever was missed is said with the next look.
_AHEAD = (60, 30, 7)
_MISMATCH = ("mismatch", "mismatch_by", "mismatch_at")


class PaperRefused(ValueError):
    """The paper is not kept; the message is a Vietnamese sentence with what to do."""


@dataclass(frozen=True)
class PaperFacts:
    """What stands on a paper. `kind` is one of PaperKind; `valid_until` its last day, None when it has none."""

    kind: str
    number: str
    issuer: str
    issued_on: date
    valid_until: date | None = None
    scope: str = ""


def record_paper(
    *, producer: Producer, facts: PaperFacts, by: Viewer, scan: Scan | None = None, is_demo: bool = False
) -> Paper:
    """Keep a paper of the producer, with its scan. Raises PermissionError, PaperRefused."""
    if not can_record(by, producer):
        raise PermissionError
    if facts.valid_until is not None and facts.valid_until < facts.issued_on:
        raise PaperRefused("Ngày hết hạn phải sau ngày cấp. Hãy xem lại hai ngày.")
    paper = Paper(producer=producer, recorded_by_id=by.user_id, recorded_at=clock.now(), is_demo=is_demo, **vars(facts))
    # The file first, as with photos: a crash leaves a stray file that `remove_stray_scans` finds, never a row without one.
    if scan is not None:
        paper.scan.save(f"{uuid.uuid4()}.{ENDINGS[scan.type]}", ContentFile(scan.content), save=False)
        paper.scan_type = scan.type
    try:
        with transaction.atomic():
            _store(paper, by)
    except BaseException:
        if paper.scan:
            with contextlib.suppress(OSError):
                paper.scan.delete(save=False)
        raise
    return paper


def _store(paper: Paper, by: Viewer) -> None:
    # Two clicks one after the other: the second finds the paper of the first.
    Producer.objects.select_for_update().get(pk=paper.producer_id)
    same = Paper.objects.filter(
        producer=paper.producer_id, kind=paper.kind, number_index__of=paper.number, withdrawn_at__isnull=True
    ).first()
    if same is not None and same.mismatch_at is not None:
        withdraw_paper(paper=same, by=by)  # the new one takes its place
    elif same is not None:
        raise PaperRefused("Giấy số này đã được ghi rồi. Nếu là giấy cấp lại, hãy bỏ giấy cũ trước.")
    paper.save(force_insert=True)
    _note("paper.recorded", paper, by)


def remove_stray_scans() -> int:
    """Delete scans that no paper holds. Returns how many; a periodic job."""
    return remove_files_without_row(Paper._meta.get_field("scan"))


@transaction.atomic
def check_paper(*, paper: Paper, by: Viewer) -> Paper:
    """Say that one has compared the paper with the original; what was found not to match before is settled. Twice
    is harmless. Raises PermissionError, PaperRefused for one that was withdrawn meanwhile."""
    paper = _locked(paper)
    if not can_check(by, paper):
        raise PermissionError
    if paper.withdrawn_at is not None:
        raise PaperRefused("Giấy này đã được bỏ. Hãy tải lại trang.")
    if paper.checked_at is None:
        paper.checked_by_id, paper.checked_at = by.user_id, clock.now()
        paper.mismatch, paper.mismatch_by, paper.mismatch_at = "", None, None
        paper.save(update_fields=["checked_by", "checked_at", *_MISMATCH])
        _note("paper.checked", paper, by)
    return paper


@transaction.atomic
def say_mismatch(*, paper: Paper, reason: str, by: Viewer) -> Paper:
    """Say that the paper is not like the original, and why (1 to 300 characters): buyers no longer see it, its people are told
    and may record it anew. Raises PermissionError, ValueError without a reason, PaperRefused for one that was withdrawn,
    checked or answered meanwhile."""
    if not reason:
        raise ValueError("a mismatch has a reason")
    paper = _locked(paper)
    if not can_check(by, paper):
        raise PermissionError
    if paper.withdrawn_at is not None or paper.checked_at is not None or paper.mismatch_at is not None:
        raise PaperRefused("Giấy này vừa được bỏ hoặc có người so rồi. Hãy tải lại trang.")
    paper.mismatch, paper.mismatch_by_id, paper.mismatch_at = reason, by.user_id, clock.now()
    paper.save(update_fields=_MISMATCH)
    _note("paper.mismatch", paper, by)
    for user in people_of(paper.producer_id):
        send_message(
            MISMATCH_KIND,
            user=user,
            context={"kind": str(paper.get_kind_display()), "issuer": paper.issuer, "reason": reason},
            key=f"paper:{paper.pk}:mismatch:{paper.mismatch_at:%Y%m%d%H%M%S}",
            link=reverse("seller_papers"),
            by=by,
        )
    return paper


@transaction.atomic
def withdraw_paper(*, paper: Paper, by: Viewer) -> Paper:
    """Take back a paper that was recorded by mistake or is no longer to be shown; it stays in the trail. Twice is harmless.
    Raises PermissionError."""
    paper = _locked(paper)
    if not can_record(by, paper.producer):
        raise PermissionError
    if paper.withdrawn_at is None:
        paper.withdrawn_at = clock.now()
        paper.save(update_fields=["withdrawn_at"])
        _note("paper.withdrawn", paper, by)
    return paper


@transaction.atomic
def restore_paper(*, paper: Paper, by: Viewer) -> Paper:
    """Take a withdrawal back; the check made before stays. Raises PermissionError, PaperRefused when the same paper was
    recorded anew."""
    paper = _locked(paper)
    if not can_record(by, paper.producer):
        raise PermissionError
    if paper.withdrawn_at is not None:
        same = Paper.objects.filter(
            producer=paper.producer_id, kind=paper.kind, number_index__of=paper.number, withdrawn_at__isnull=True
        )
        if same.exists():
            raise PaperRefused("Giấy số này đã được ghi lại rồi.")
        paper.withdrawn_at = None
        paper.save(update_fields=["withdrawn_at"])
        _note("paper.restored", paper, by)
    return paper


@transaction.atomic
def take_scan(*, paper: Paper, by: Viewer) -> Paper:
    """Note who takes the scan away. Raises PermissionError, also where there is none."""
    if not paper.scan or not can_see(by, paper):
        raise PermissionError
    _note("paper.scan_taken", paper, by)
    return paper


@transaction.atomic
def tell_of_ending(*, paper: Paper, today: date) -> bool:
    """Tell the producer's people that a paper ends, once for each of the three marks; False when there was nothing new to
    say. The caller chooses papers that end within the next sixty days."""
    assert paper.valid_until is not None
    left = (paper.valid_until - today).days
    mark = min((days for days in _AHEAD if left <= days), default=None)
    if mark is None:
        return False
    context: dict[str, str | int] = {
        "kind": str(paper.get_kind_display()),
        "issuer": paper.issuer,
        "day": f"{paper.valid_until:%d/%m/%Y}",
        "left": left,
    }
    key = f"paper:{paper.pk}:{paper.valid_until:%Y%m%d}:{mark}"
    rows = [
        send_message(ENDING_KIND, user=user, context=context, key=key, link=reverse("seller_papers"), by=SYSTEM)
        for user in people_of(paper.producer_id)
    ]
    return bool(rows)


def _locked(paper: Paper) -> Paper:
    # The producer before the paper, as in recording: the other way round two could wait for each other.
    Producer.objects.select_for_update().get(pk=paper.producer_id)
    return Paper.objects.select_for_update(of=("self",)).select_related("producer__commune").get(pk=paper.pk)


def _note(word: str, paper: Paper, by: Viewer) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"producer:{paper.producer_id}",
        unit_code=paper.producer.commune.code,
        changes={"giấy": ("", str(paper.get_kind_display()))},
        **on_behalf_of(by, paper.producer_id),
    )
