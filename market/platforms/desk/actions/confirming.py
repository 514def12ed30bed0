"""A person's word that a listing is really there."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.listings.rules import selling_price
from market.platforms.actions import NotAllowed
from market.platforms.desk.actions.batches import settle
from market.platforms.models import PlatformListing, SheetBatch, SheetItem
from market.platforms.rules import can_confirm
from onboarding.accounts.actions import LinkRefused, claim_account, claim_link, is_claimant, observe
from onboarding.accounts.models import Observation

Work, Observed = PlatformListing.Work, PlatformListing.Observed
Answer, Task = SheetItem.Answer, SheetItem.Task


@transaction.atomic
def confirm_link(*, row: PlatformListing, by: Viewer) -> None:
    """A person opened the claimed page and saw the product on sale there: evidence with their name.

    Raises NotAllowed (also for the shop's own people and for whoever brought the link), LinkRefused (not this platform's
    page, or another shop's).
    """
    row = (
        PlatformListing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("connection__platform", "listing__shop__producer__commune", "claimed_by")
        .get(pk=row.pk)
    )
    if not can_confirm(by, row):
        raise NotAllowed
    if not row.claimed_url:
        raise LinkRefused("Tin này chưa có liên kết để xác nhận.")
    # The claim is that of whoever brought the link; the one who looks only says what is there.
    claimant = viewer_for(row.claimed_by) if row.claimed_by else SYSTEM
    account = claim_account(platform=row.connection.platform, producer=row.listing.shop.producer, by=claimant)
    link = claim_link(account=account, url=row.claimed_url, by=claimant)
    if is_claimant(by, link):
        raise NotAllowed
    taken = PlatformListing.objects.filter(link=link).exclude(pk=row.pk).exists()
    if taken:
        raise LinkRefused("Liên kết này đã được ghi cho một tin khác. Mỗi trang sản phẩm chỉ tính một lần.")
    PlatformListing.objects.filter(pk=row.pk).update(link=link)
    observe(
        link=link,
        result=Observation.Result.LIVE,
        observer=Observation.Observer.PERSON,
        by=by,
        seen_title=row.listing.name,
        seen_price=selling_price(row.listing),
    )
    row.link, row.url, row.claimed_url = link, link.url, ""
    row.observed, row.seen_at = Observed.LIVE, clock.now()
    row.work = row.offer_work = Work.IDLE if _is_all_there(row) else Work.AWAITING_OPERATOR
    row.save()
    record(
        "link.confirmed",
        actor_id=by.user_id,
        object_label=f"platform_listing:{row.pk}",
        changes={"liên kết đã thấy": ("", link.url)},
    )


@transaction.atomic
def refuse_link(*, row: PlatformListing, by: Viewer) -> None:
    """A person looked and did not find the product: the claim is dropped, the listing waits for the platform again."""
    row = (
        PlatformListing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("listing__shop__producer")
        .get(pk=row.pk)
    )
    if not can_confirm(by, row):
        raise NotAllowed
    claimed, row.claimed_url, row.remote_id = row.claimed_url, "", ""
    row.confirmed_hash = row.confirmed_offer_hash = ""
    row.last_error = "Người xem trang chưa thấy sản phẩm ở liên kết mà sàn gửi."
    row.save()
    _ask_again(row)
    record(
        "link.refused",
        actor_id=by.user_id,
        object_label=f"platform_listing:{row.pk}",
        changes={"liên kết sàn gửi": (claimed, "")},
    )


def _is_all_there(row: PlatformListing) -> bool:
    """Whether nothing newer waits: the page shows what the newest answered line asked for. A listing that must go is never."""
    put = row.sheet_items.exclude(task=Task.TAKE_DOWN)
    answered = put.filter(answer=Answer.DONE).order_by("-revision").first()
    if answered is None:
        return row.wanted and row.sent_revision >= row.revision
    return row.wanted and answered.revision >= row.revision


def _ask_again(row: PlatformListing) -> None:
    """The platform said that it is there, and it is not: the line waits for another answer."""
    item = row.sheet_items.filter(answer=Answer.DONE).exclude(task=Task.TAKE_DOWN).order_by("-batch__number").first()
    if item is None or item.batch.state == SheetBatch.State.CANCELLED:
        return
    SheetItem.objects.filter(pk=item.pk).update(answer=Answer.WAITING, answered_at=None)
    settle([item.batch_id])
