"""What became of drawn pages: taken over from looks that were made anyway, and written down by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from core.audit.actions import record
from core.kit import clock
from core.kit.bulk import insert_many
from core.kit.clock import window
from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.presence.models import PresenceLink
from ocop.rechecks.actions.alone import each_alone
from ocop.rechecks.drawing import LAST_DAY, looking
from ocop.rechecks.models import RecheckConclusion, RecheckDraw, RecheckLook, RecheckPage
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
ANOTHER_NAME = (
    "Tên bạn chép khác tên lúc đếm và khác tên trong danh mục. Chép sai thì sửa lại; nếu trang nay bán sản phẩm khác, "
    "hãy đánh dấu ô xác nhận rồi ghi: dòng này sẽ là «không còn»."
)
STILL_UNCLEAR = "Người trước cũng không kết luận được, nên không cần ghi lại. Chỉ ghi khi bạn thấy còn hay không còn."
# Looks were kept while nobody took them over (the worker stood still): so long they are still found.
TAKEN_OVER_FOR = timedelta(days=90)


class RecheckRefused(ValueError):
    """It cannot be written down so; the message is a Vietnamese sentence with what to do."""


def settle_due() -> int:
    """Take over what was seen of drawn pages in their windows; returns how many pages were decided."""
    first = clock.today() - timedelta(days=LAST_DAY) - TAKEN_OVER_FOR
    waiting = RecheckPage.objects.filter(look__isnull=True, item__draw__on__gte=first)
    draws = RecheckDraw.objects.filter(pk__in=waiting.values("item__draw")).order_by("pk")
    return each_alone(lambda draw: settle(draw=draw), draws)


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
    within, since = looking(draw.on, draw.drawn_at), window(draw.on).end
    accounts = {page.account_id for page in pages}
    looks: defaultdict[int, list[Observation]] = defaultdict(list)
    seen = Observation.objects.filter(link__account__in=accounts, at__gte=since, at__lt=within.end)
    for look in seen.select_related("link").order_by("at", "pk"):
        looks[look.link.account_id].append(look)
    words: defaultdict[int, list[AccountReport]] = defaultdict(list)
    for word in AccountReport.objects.filter(account__in=accounts, at__gte=since, at__lt=within.end).order_by(
        "at", "pk"
    ):
        words[word.account_id].append(word)
    back = _taken_back(pages)
    said = [
        (page, decide(page, looks[page.account_id], words[page.account_id], within, since=since, taken_back=back.get(page.pk)))
        for page in pages
    ]  # fmt: skip
    return [(page, decision) for page, decision in said if decision is not None]


def _taken_back(pages: Sequence[RecheckPage]) -> dict[int, PresenceLink]:
    """Of the pages of products to which no link is open any more, the link that was ended last. A link that only the machine ended has
    nobody to answer for it and decides nothing."""
    goods = {page.item.subject_id for page in pages if is_of_product(page) and page.link_id is not None}
    if not goods:
        return {}
    rows = PresenceLink.objects.filter(product__in=goods).annotate(
        page=Coalesce("outside_link", "listing__on_platforms__link")
    )
    links: defaultdict[tuple[int, int | None], list[PresenceLink]] = defaultdict(list)
    for row in rows.order_by("ended_at", "pk"):
        links[row.product_id, row.page].append(row)
    found = {}
    for page in pages:
        mine = links[page.item.subject_id, page.link_id] if is_of_product(page) else []
        if mine and all(each.ended_at and each.ended_by_id for each in mine):
            found[page.pk] = mine[-1]
    return found


def record_look(
    *,
    page: RecheckPage,
    result: str,
    note: str,
    by: Viewer,
    seen_title: str = "",
    evidence_url: str = "",
    is_other: bool = False,
) -> RecheckLook | RecheckConclusion:
    """Write down what a person found: `result` of `RecheckLook.Result`, the name that stands on the page, and a note of what was seen.
    It is an observation of the page (or a word about an account without one) like any other; what anybody else saw
    first in the window stays what decides, except that another person may conclude where the first could not tell. `is_other`: who looked has said that the name is another product's, so the page that is
    there counts as gone.

    Raises PermissionError outside one's place, RecheckRefused (decided, over, had to do with it before, nothing said, another name
    and not said so).
    """
    look = _record(page, result, note, by, seen_title, evidence_url, is_other)
    if look is None:
        # What decided stays written down though this call is refused.
        settle(draw=page.item.draw)
        raise RecheckRefused(DECIDED)
    return look


@transaction.atomic
def _record(
    page: RecheckPage, result: str, note: str, by: Viewer, seen_title: str, evidence_url: str, is_other: bool
) -> RecheckLook | RecheckConclusion | None:
    """The look that was written down; None: somebody else's decides and was not taken over yet."""
    RecheckDraw.objects.select_for_update(no_key=True).get(pk=page.item.draw_id)
    page = RecheckPage.objects.select_related("item__draw", "item__unit", "account", "link__account", "look__conclusion").get(pk=page.pk)  # fmt: skip
    if not can_look(by, page):
        raise PermissionError
    if refusal := refusal_to_look(by, page):
        raise RecheckRefused(refusal)
    note = squeeze(note)[:MAX_NOTE]
    if not note:
        raise RecheckRefused("Hãy ghi bạn đã thấy gì, ở đâu. Người khác đọc lời này để xem lại.")
    draw = page.item.draw
    first: RecheckLook | None = getattr(page, "look", None)
    look: RecheckLook | RecheckConclusion
    if first is not None:
        if result == Result.UNCLEAR:
            raise RecheckRefused(STILL_UNCLEAR)
        assert by.user_id is not None  # can_look: signed in
        look = RecheckConclusion(look=first, looked_by_id=by.user_id, note=note)
    elif any(other.pk == page.pk for other, _said in _decisions(draw, [page])):
        return None
    else:
        look = RecheckLook(page=page, looked_by_id=by.user_id, note=note)
    if page.link is not None:
        _observed(look, page, result, squeeze(seen_title), by, is_other)
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


def _observed(
    look: RecheckLook | RecheckConclusion, page: RecheckPage, result: str, title: str, by: Viewer, is_other: bool
) -> None:
    assert page.link is not None
    if result == Result.THERE and is_of_product(page) and not title:
        raise RecheckRefused("Hãy chép tên sản phẩm đang đứng trên trang.")
    seen, reason = _SEEN[Result(result)], ""
    if result == Result.THERE and not is_same_name(page, title):
        if not is_other:
            raise RecheckRefused(ANOTHER_NAME)
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


def _reported(
    look: RecheckLook | RecheckConclusion, page: RecheckPage, result: str, evidence_url: str, by: Viewer
) -> None:
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
