"""What became of drawn pages: taken over from looks that were made anyway, and written down by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.kit.bulk import insert_many
from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.rechecks.drawing import LAST_DAY, looking
from ocop.rechecks.models import RecheckDraw, RecheckLook, RecheckPage
from ocop.rechecks.rules import (
    DECIDED,
    Decision,
    can_look,
    decide,
    is_of_product,
    is_same_name,
    refusal_to_look,
)
from onboarding.accounts.actions import OwnClaim, observe, report_account
from onboarding.accounts.models import AccountReport, Observation

Result = RecheckLook.Result
MAX_NOTE = 300
# Looks were kept while nobody took them over (the worker stood still): so long they are still found.
TAKEN_OVER_FOR = timedelta(days=90)


class RecheckRefused(ValueError):
    """It cannot be written down so; the message is a Vietnamese sentence with what to do."""


def settle_due() -> int:
    """Take over what was seen of drawn pages in their windows; returns how many pages were decided."""
    first = clock.today() - timedelta(days=LAST_DAY) - TAKEN_OVER_FOR
    waiting = RecheckPage.objects.filter(look__isnull=True, item__draw__on__gte=first)
    draws = RecheckDraw.objects.filter(pk__in=waiting.values("item__draw")).order_by("pk")
    return sum(settle(draw=draw) for draw in draws)


@transaction.atomic
def settle(*, draw: RecheckDraw) -> int:
    """Decide the pages of a draw of which a look in the window tells what became of them; returns how many. The same looks decide the
    same, whenever this runs; a look after the window decides nothing."""
    draw = RecheckDraw.objects.select_for_update(no_key=True).get(pk=draw.pk)
    pages = list(RecheckPage.objects.filter(item__draw=draw, look__isnull=True).select_related("item").order_by("pk"))
    found = [RecheckLook(page=page, **vars(said)) for page, said in _decisions(draw, pages)]
    for look in found:
        seen = look.observation
        if seen is not None and seen.observer == Observation.Observer.PERSON:
            look.looked_by_id = seen.observed_by_id
    insert_many(found)
    return len(found)


def _decisions(draw: RecheckDraw, pages: Sequence[RecheckPage]) -> list[tuple[RecheckPage, Decision]]:
    within = looking(draw.on, draw.drawn_at)
    accounts = {page.account_id for page in pages}
    looks: defaultdict[int, list[Observation]] = defaultdict(list)
    seen = Observation.objects.filter(link__account__in=accounts, at__gte=within.start, at__lt=within.end)
    for look in seen.select_related("link").order_by("at", "pk"):
        looks[look.link.account_id].append(look)
    words: defaultdict[int, list[AccountReport]] = defaultdict(list)
    for word in AccountReport.objects.filter(account__in=accounts, at__lt=within.end).order_by("at", "pk"):
        words[word.account_id].append(word)
    said = [(page, decide(page, looks[page.account_id], words[page.account_id], within)) for page in pages]
    return [(page, decision) for page, decision in said if decision is not None]


@transaction.atomic
def record_look(
    *, page: RecheckPage, result: str, note: str, by: Viewer, seen_title: str = "", evidence_url: str = ""
) -> RecheckLook:
    """Write down what a person found: `result` of `RecheckLook.Result`, the name that stands on the page, and a note of what was seen.
    It is an observation of the page (or a word about an account without one) like any other; what anybody else saw
    first in the window stays what decides.

    Raises PermissionError outside one's place, RecheckRefused (decided, over, had to do with it before, nothing said).
    """
    RecheckDraw.objects.select_for_update(no_key=True).get(pk=page.item.draw_id)
    page = RecheckPage.objects.select_related("item__draw", "item__unit", "account", "link__account", "look").get(pk=page.pk)  # fmt: skip
    if not can_look(by, page):
        raise PermissionError
    if refusal := refusal_to_look(by, page):
        raise RecheckRefused(refusal)
    note = squeeze(note)[:MAX_NOTE]
    if not note:
        raise RecheckRefused("Hãy ghi bạn đã thấy gì, ở đâu. Người khác đọc lời này để xem lại.")
    draw = page.item.draw
    if any(other.pk == page.pk for other, _said in _decisions(draw, [page])):
        settle(draw=draw)
        raise RecheckRefused(DECIDED)
    look = RecheckLook(page=page, looked_by_id=by.user_id, note=note)
    if page.link is not None:
        _observed(look, page, result, squeeze(seen_title), by)
    else:
        _reported(look, page, result, evidence_url, by)
    look.save()
    unit = page.item.unit
    record(
        "recheck.looked",
        actor_id=by.user_id,
        object_label=f"recheck:{draw.pk}",
        unit_code=unit.code,
        changes={f"dòng {page.item.position}": ("", f"{look.get_result_display()}. {note}")},
    )
    return look


def _observed(look: RecheckLook, page: RecheckPage, result: str, title: str, by: Viewer) -> None:
    assert page.link is not None
    if result == Result.THERE and is_of_product(page) and not title:
        raise RecheckRefused("Hãy chép tên sản phẩm đang đứng trên trang.")
    seen, reason = _SEEN[Result(result)], ""
    if result == Result.THERE and not is_same_name(page, title):
        # The page is there and sells something else: what was counted is gone.
        seen, reason, result = Observation.Result.UNCHECKABLE, Observation.Reason.TITLE, Result.GONE
    try:
        made = observe(
            link=page.link,
            result=seen,
            observer=Observation.Observer.PERSON,
            seen_title=title,
            reason=reason,
            by=by,
        )
    except OwnClaim as own:
        raise PermissionError from own
    look.result, look.observation, look.at = result, made, made.at


def _reported(look: RecheckLook, page: RecheckPage, result: str, evidence_url: str, by: Viewer) -> None:
    look.result, look.at = result, clock.now()
    if result == Result.UNCLEAR:
        return
    look.report = report_account(
        account=page.account,
        result=AccountReport.Result.OPENED if result == Result.THERE else AccountReport.Result.NOT_FOUND,
        reporter=AccountReport.Reporter.PERSON,
        reason=look.note,
        evidence_url=evidence_url,
        by=by,
    )
    look.at = look.report.at


_SEEN = {
    Result.THERE: Observation.Result.LIVE,
    Result.GONE: Observation.Result.GONE,
    Result.UNCLEAR: Observation.Result.UNCHECKABLE,
}
