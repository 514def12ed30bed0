"""Pages on platforms that a product is sold on by somebody who does not sell through us, and what people saw there."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.presence.actions.linking import LinkRefused
from ocop.presence.events import PresenceChanged
from ocop.presence.models import PresenceLink
from ocop.presence.rules import can_link_producer, makers_differ_from, names_match
from ocop.register.models import OcopProduct
from onboarding.accounts.actions import LinkRefused as PageRefused
from onboarding.accounts.actions import OwnClaim, claim_account, claim_link, observe
from onboarding.accounts.models import Observation, OutsideLink, Platform
from onboarding.producers.models import Producer


class NotByYourself(PermissionError):
    """Whoever wrote a page down does not also say that it is there."""


@transaction.atomic
def link_page(
    *,
    product: OcopProduct,
    platform: Platform,
    url: str,
    producer: Producer,
    by: Viewer,
    same_maker_confirmed: bool = False,
) -> PresenceLink:
    """State that the product is sold on this page of the platform, in the producer's shop there. Repeating it changes nothing.

    The address is normalised and unique per platform. `same_maker_confirmed` is needed when register and producer are not
    named alike. Raises PermissionError for people who may not, LinkRefused with what to do.
    """
    product = OcopProduct.objects.select_for_update(of=("self",)).select_related("unit").get(pk=product.pk)
    if not can_link_producer(by, product, producer):
        raise PermissionError
    if platform.is_simulation:
        raise LinkRefused("Sàn thử không phải sàn thật nên không gắn được với sản phẩm OCOP.")
    if makers_differ_from(product, producer) and not same_maker_confirmed:
        raise LinkRefused("Chủ thể trong sổ và người bán khác tên. Hãy xem kỹ rồi xác nhận đây là cùng một chủ thể.")
    try:
        page = claim_link(account=claim_account(platform=platform, producer=producer, by=by), url=url, by=by)
    except PageRefused as refusal:
        raise LinkRefused(str(refusal)) from refusal
    if page.platform_listings.exists():
        raise LinkRefused("Trang này thuộc một tin đã có ở đây. Hãy gắn sản phẩm với tin đó.")
    page = OutsideLink.objects.select_for_update(of=("self",)).get(pk=page.pk)
    existing = PresenceLink.objects.filter(outside_link=page, ended_at__isnull=True).select_related("product").first()
    if existing is not None:
        if existing.product_id == product.pk:
            return existing
        raise LinkRefused(f"Trang này đang gắn với «{existing.product.name}». Hãy gỡ ra trước khi gắn lại.")
    link = PresenceLink.objects.create(
        product=product, outside_link=page, linked_by_id=by.user_id, linked_at=clock.now()
    )
    _note("presence.linked", link, by, ("", f"{product.name} = {page.url}"))
    return link


@transaction.atomic
def unlink_page(*, link: PresenceLink, by: Viewer) -> None:
    """Take a page back: it counts for no day any more; it can be linked again. Raises PermissionError."""
    link = _locked(link)
    page = _page_of(link)
    if not can_link_producer(by, link.product, page.account.producer):
        raise PermissionError
    if link.ended_at is None:
        link.ended_at, link.ended_by_id = clock.now(), by.user_id
        link.save(update_fields=["ended_at", "ended_by"])
        _note("presence.unlinked", link, by, (f"{link.product.name} = {page.url}", ""))


@transaction.atomic
def look_at_page(*, link: PresenceLink, result: str, seen_title: str, by: Viewer) -> Observation:
    """Write down what a person saw just now on the page of a product: live (with the name that stands there), gone, or
    uncheckable. A name that does not fit the product's is kept as "could not be checked: the name", whatever was ticked.

    Raises PermissionError; NotByYourself when "live" would come from who wrote the page down.
    """
    link = _locked(link)
    page = _page_of(link)
    if not can_link_producer(by, link.product, page.account.producer):
        raise PermissionError
    title, reason = squeeze(seen_title), ""
    if result == Observation.Result.LIVE and not names_match(link.product.name, title):
        result, reason = Observation.Result.UNCHECKABLE, Observation.Reason.TITLE
    try:
        return observe(
            link=page,
            result=result,
            observer=Observation.Observer.PERSON,
            seen_title=title,
            reason=reason,
            by=by,
        )
    except OwnClaim as own:
        raise NotByYourself from own


def _locked(link: PresenceLink) -> PresenceLink:
    rows = PresenceLink.objects.select_for_update(of=("self",)).select_related(
        "product", "product__unit", "outside_link", "outside_link__account", "outside_link__account__producer__commune"
    )
    return rows.get(pk=link.pk)


def _page_of(link: PresenceLink) -> OutsideLink:
    if link.outside_link is None:
        raise LookupError("this link is about a listing")
    return link.outside_link


def _note(word: str, link: PresenceLink, by: Viewer, told: tuple[str, str]) -> None:
    unit = link.product.unit
    record(
        word,
        actor_id=by.user_id,
        object_label=f"presence_link:{link.pk}",
        unit_code=unit.code if unit else "",
        changes={"mối gắn": told},
    )
    emit(PresenceChanged(link.product_id))
