"""Which look decides what became of a page, and who may look. Pure reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kit import clock
from core.kit.clock import Window
from core.people.models import Role
from core.people.queries import Viewer
from ocop.presence.models import PresenceLink
from ocop.presence.rules import names_match
from ocop.rechecks.drawing import looking
from ocop.rechecks.models import RecheckLook, RecheckPage
from onboarding.accounts.models import AccountReport, Observation, OutsideLink
from onboarding.accounts.rules import ENDING, TAKING_BACK
from onboarding.producers.queries import may_act_for

OFFICERS = (Role.COMMUNE, Role.PROVINCE)
Result = RecheckLook.Result

OVER = "Đã quá 30 ngày từ ngày chốt. Kết quả ghi sau hạn không được tính."
DECIDED = "Trang này đã có kết quả kiểm tra lại. Không ghi lại."
YOU_COULD_NOT_TELL = "Bạn đã ghi là không kết luận được. Trong hạn, người khác có thể xem lại và kết luận."
YOU_KNEW_IT = "Bạn đã khai, ghi hoặc xác minh trang hay hộ này trước ngày chốt. Người khác phải kiểm tra lại."
YOU_SELL = "Bạn làm việc cho người bán này. Người khác phải kiểm tra lại."


@dataclass(frozen=True)
class Decision:
    """What became of a page, when, and on what that rests (an Observation or an AccountReport)."""

    result: str
    at: datetime
    observation: Observation | None = None
    report: AccountReport | None = None
    looked_by_id: int | None = None


def decide(
    page: RecheckPage,
    looks: Collection[Observation],
    words: Iterable[AccountReport],
    within: Window,
    *,
    since: datetime,
    taken_back: PresenceLink | None = None,
) -> Decision | None:
    """The first look or word in the window that says something about the page; None: there is none yet. `looks` are at pages of its
    account, `words` about the account, in any order, from before the window too. What is older than `since`, the end of the day of the
    count, says nothing: the row was counted all the same.

    - An account that ended between the count and the window, or ends in it, is gone, unless it was only not found and was seen live
      again before the window; a shop's own page that is gone takes the account along.
    - `taken_back` is the link of a product to its page, where none is open any more: the page was never the product's.
    - Live counts from our robot and from people to whom it was not known before; what a connection says of itself is no look at a
      page. Where the name on the page of a product is neither the counted one nor the register's, a person's look says gone, and our
      robot's says nothing.
    - A person who could not tell has answered; our robot, which could not, passes the question on to a person.
    """
    said_of_it = sorted((each for each in words if since <= each.at < within.end), key=lambda each: (each.at, each.pk))
    before = [each for each in said_of_it if each.at < within.start]
    if before and before[-1].result in _ending(page) and not _was_found_again(before[-1], looks, within):
        return Decision(Result.GONE, within.start, report=before[-1])
    found = [_of_word(page, each) for each in said_of_it if each.at >= within.start]
    found += [_of_look(page, each) for each in looks if within.start <= each.at < within.end]
    if taken_back is not None and taken_back.ended_at is not None and taken_back.ended_at < within.end:
        at = max(taken_back.ended_at, within.start)
        found.append(Decision(Result.GONE, at, looked_by_id=taken_back.ended_by_id))
    said = [each for each in found if each is not None]
    return min(said, key=lambda each: (each.at, each.report is None), default=None)


def _ending(page: RecheckPage) -> Collection[str]:
    # Without a page the word "opened" is all it was counted by, so what takes that back ends it.
    return ENDING if page.link_id else TAKING_BACK


def _was_found_again(word: AccountReport, looks: Iterable[Observation], within: Window) -> bool:
    """Whether the account was seen live after somebody had not found it: a closed one stays closed, as everywhere."""
    live = (each.at for each in looks if each.result == Observation.Result.LIVE)
    return word.result == AccountReport.Result.NOT_FOUND and any(word.at < at < within.start for at in live)


def _of_word(page: RecheckPage, word: AccountReport) -> Decision | None:
    if word.result in _ending(page):
        return Decision(Result.GONE, word.at, report=word)
    by_person = word.reporter == AccountReport.Reporter.PERSON and word.reported_by_id is not None
    if page.link_id is None and word.result == AccountReport.Result.OPENED and by_person and _is_new_to(page, word.reported_by_id):  # fmt: skip
        return Decision(Result.THERE, word.at, report=word)
    return None


def _of_look(page: RecheckPage, look: Observation) -> Decision | None:
    by_person = look.observer == Observation.Observer.PERSON
    if look.observer == Observation.Observer.ADAPTER or (by_person and not _is_new_to(page, look.observed_by_id)):
        return None
    if look.link_id != page.link_id:
        is_shop = look.link.kind == OutsideLink.Kind.SHOP and look.result == Observation.Result.GONE
        return Decision(Result.GONE, look.at, look) if is_shop else None
    if look.result == Observation.Result.UNCHECKABLE:
        if not by_person:
            return None
        if look.reason == Observation.Reason.TITLE and is_of_product(page):
            # The form for looks knows the register's name only; the counted title is as good.
            known = look.seen_title and is_same_name(page, look.seen_title)
            return Decision(Result.THERE if known else Result.GONE, look.at, look)
        return Decision(Result.UNCLEAR, look.at, look)
    if look.result == Observation.Result.LIVE and not is_same_name(page, look.seen_title):
        return Decision(Result.GONE, look.at, look) if by_person else None
    return Decision(Result.THERE if look.result == Observation.Result.LIVE else Result.GONE, look.at, look)


def is_of_product(page: RecheckPage) -> bool:
    """Whether a product was counted by the page, so that the name on it matters; of an account any goods are good."""
    return page.item.subject == "product"


def is_same_name(page: RecheckPage, shown: str) -> bool:
    """Whether what stands on the page can be what was counted: by the title it had then, or by the name in the register (a title says
    more than the name, and sellers shorten it); a look that kept no name does not say otherwise."""
    names = [name for name in (page.name, page.product_name) if name]
    return not is_of_product(page) or not names or not shown or any(names_match(name, shown) for name in names)


def _is_new_to(page: RecheckPage, person: int | None) -> bool:
    return person is not None and person not in page.known_to


def waits_for_another(look: RecheckLook) -> bool:
    """Whether a person could not tell, and nobody else has concluded yet."""
    return look.result == Result.UNCLEAR and look.looked_by_id is not None and getattr(look, "conclusion", None) is None


def can_look(viewer: Viewer, page: RecheckPage) -> bool:
    """Whether this person looks at drawn pages of that place: officers of the commune and the province."""
    return viewer.is_signed_in and viewer.covers(page.item.unit, *OFFICERS)


def refusal_to_look(viewer: Viewer, page: RecheckPage) -> str:
    """Why somebody who may look there may not say what became of this page, as a sentence; "" when they may: never who claimed,
    registered or saw it before, or sells it; once, and in the window; after somebody who could not tell only somebody else."""
    look: RecheckLook | None = getattr(page, "look", None)
    if look is not None and not waits_for_another(look):
        return DECIDED
    draw: Any = page.item.draw
    if clock.now() >= looking(draw.on, draw.drawn_at).end:
        return OVER
    if look is not None and viewer.user_id == look.looked_by_id:
        return YOU_COULD_NOT_TELL
    if viewer.user_id in page.known_to:
        return YOU_KNEW_IT
    return YOU_SELL if may_act_for(viewer, page.account.producer_id) else ""
