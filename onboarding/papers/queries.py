"""Reading papers: for who owns them, for the officer, for buyers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.queries import Viewer
from onboarding.papers.models import Paper
from onboarding.papers.rules import CHECKERS, ENDING_WITHIN, State, is_in_force, own_number, public_number, state_of
from onboarding.producers.queries import producers_at_work, producers_of

FEW_TODOS = 10


@dataclass(frozen=True)
class PublicPaper:
    """What buyers read of a paper: no scan, no name of a person; `number` "" where it is not shown. `until` None: it has
    no last day."""

    kind: str
    number: str
    issuer: str
    scope: str
    since: date
    until: date | None
    is_checked: bool


def own_papers(viewer: Viewer) -> QuerySet[Paper]:
    """The papers of the producers this person works for now that were not withdrawn, what ends first before the others."""
    held = Paper.objects.filter(producer__in=producers_at_work(viewer), withdrawn_at__isnull=True)
    return held.select_related("producer__commune", "checked_by").order_by(F("valid_until").asc(nulls_last=True), "pk")


def papers_of_area(viewer: Viewer) -> QuerySet[Paper]:
    """The papers of an officer's area, those nobody has checked first, the oldest of them before the others."""
    held = Paper.objects.filter(viewer.area(*CHECKERS, unit_field="producer__commune"), withdrawn_at__isnull=True)
    return held.select_related("producer__commune", "recorded_by", "checked_by").order_by(
        F("checked_at").asc(nulls_first=True), F("mismatch_at").asc(nulls_first=True), "recorded_at", "pk"
    )


def papers_checkable(viewer: Viewer) -> QuerySet[Paper]:
    """Of those the unchecked ones that this officer may check: recorded by somebody else, of a producer they do not act for."""
    waiting = papers_of_area(viewer).filter(checked_at__isnull=True)
    own = Q(recorded_by=viewer.user_id) if viewer.user_id else Q(pk__in=[])
    return waiting.exclude(own).exclude(producer__in=producers_of(viewer))


def papers_to_check(viewer: Viewer) -> QuerySet[Paper]:
    """Of those the ones that nobody has looked at yet."""
    return papers_checkable(viewer).filter(mismatch_at__isnull=True)


def counting(on: date) -> Q:
    """`is_in_force` as a filter on papers."""
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=on)
    return Q(withdrawn_at__isnull=True, mismatch_at__isnull=True, issued_on__lte=on) & lasting


def kinds_in_force(papers: Iterable[Paper], on: date) -> frozenset[str]:
    """The kinds among these papers (e.g. those a listing shows) that count on a day; costs no query."""
    return frozenset(paper.kind for paper in papers if is_in_force(paper, on))


def public_words(paper: Paper) -> PublicPaper:
    """What a buyer may read of a paper; costs no query."""
    return PublicPaper(
        str(paper.get_kind_display()),
        public_number(paper),
        paper.issuer,
        paper.scope,
        paper.issued_on,
        paper.valid_until,
        paper.checked_at is not None,
    )


def papers_ending(today: date) -> QuerySet[Paper]:
    """The papers that end within the next sixty days, today included."""
    ending = Paper.objects.filter(
        withdrawn_at__isnull=True, mismatch_at__isnull=True, valid_until__range=(today, today + ENDING_WITHIN)
    )
    return ending.select_related("producer").order_by("pk")


def paper_todos(viewer: Viewer) -> Iterable[Todo]:
    """For producers: papers that have ended or end soon. For officers: how many wait for their check."""
    today = clock.today()
    if viewer.is_signed_in:
        worth_a_word = Q(valid_until__lte=today + ENDING_WITHIN) | Q(mismatch_at__isnull=False)
        for paper in own_papers(viewer).filter(worth_a_word)[:FEW_TODOS]:
            if paper.mismatch_at is not None:
                words = f"{paper.get_kind_display()} {own_number(paper)} không khớp bản gốc: {paper.mismatch}"
                yield Todo(words, reverse("seller_papers"), "Ghi lại giấy", 2, "bad")
                continue
            ended = state_of(paper, today) == State.ENDED
            when = f"{paper.valid_until:%d/%m/%Y}"
            yield Todo(
                f"{paper.get_kind_display()} {own_number(paper)} {'đã hết hạn ngày' if ended else 'hết hạn ngày'} {when}.",
                reverse("seller_papers"),
                "Ghi giấy mới" if ended else "Xem giấy tờ",
                2 if ended else 3,
                "bad" if ended else "warn",
            )
    if viewer.has_role(*CHECKERS) and (waiting := papers_to_check(viewer).count()):
        yield Todo(
            f"{waiting} giấy tờ đang chờ bạn kiểm tra.", reverse("commune_papers"), "Kiểm tra giấy tờ", 5, "wait"
        )
