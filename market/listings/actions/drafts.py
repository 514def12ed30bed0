"""What was typed and not saved: kept by person and SKU, shown to nobody else, gone when they save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import IntegrityError, transaction

from core.files.actions import forget_photos
from core.kit import clock
from core.people.queries import Viewer
from market.listings.actions.shared import check_shop
from market.listings.models import ListingDraft
from market.shops.models import Shop

# What a page has seen, and not what somebody typed.
_SIGHTS = {"move_seen", "content_seen"}
MAX_VALUE = 6_000
MAX_VALUES = 60
DRAFTS_OF_ONE = 30

Values = Mapping[str, str | list[str]]


class DraftTooLarge(ValueError):
    """More was sent than a form can hold."""


class WrittenElsewhere(Exception):
    """Another window of this person has changed the draft since this one saw it."""


def save_draft(*, shop: Shop, sku: str, values: Values, seen: str, over: bool, by: Viewer) -> ListingDraft:
    """Keep what stands in the form now. `seen` is the `version_of` that this window knows ("" for none); with `over` the
    person decided that this window's words win. The oldest drafts go when somebody leaves too many behind.

    Raises NotYourShop, DraftTooLarge, WrittenElsewhere.
    """
    check_shop(shop, by)
    sizes = [len(part) for value in values.values() for part in ([value] if isinstance(value, str) else value)]
    if len(sizes) > MAX_VALUES or max(sizes, default=0) > MAX_VALUE:
        raise DraftTooLarge
    try:
        with transaction.atomic():
            return _save(shop, sku, dict(values), seen, over, by)
    except IntegrityError as error:  # two windows wrote the first words at once
        raise WrittenElsewhere from error


def _save(shop: Shop, sku: str, values: dict[str, str | list[str]], seen: str, over: bool, by: Viewer) -> ListingDraft:
    draft = ListingDraft.objects.select_for_update().filter(sku=sku, by_id=by.user_id).first()
    if draft is not None and not over and version_of(draft) != seen:
        raise WrittenElsewhere
    if draft is None:
        draft = ListingDraft(shop=shop, sku=sku, by_id=by.user_id or 0)
        old = ListingDraft.objects.filter(by_id=by.user_id).order_by("-changed_at").values("pk")[DRAFTS_OF_ONE - 1 :]
        ListingDraft.objects.filter(pk__in=[row["pk"] for row in old]).delete()
    draft.values, draft.changed_at = values, clock.now()
    draft.save()
    return draft


def version_of(draft: ListingDraft | None) -> str:
    """What a window says it has seen; "" for no draft."""
    return draft.changed_at.isoformat() if draft else ""


@transaction.atomic
def drop_draft(*, sku: str, by: Viewer, seen: str, written: Mapping[str, object] | None = None) -> bool:
    """This person's unsaved words of this listing go: they saved, or threw them away. Only those that their window has
    `seen` (a `version_of`), or that stand in what was `written`; another window's stay, and False is returned."""
    draft = ListingDraft.objects.select_for_update().filter(sku=sku, by_id=by.user_id).first()
    if draft is None:
        return True
    if version_of(draft) != seen and not _is_in(draft.values, written or {}):
        return False
    draft.delete()
    return True


def _is_in(values: Values, written: Mapping[str, object]) -> bool:
    told = {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in written.items()}
    return bool(told) and all(told.get(name) == value for name, value in values.items() if name not in _SIGHTS)


def release_photos(*, photo_ids: Iterable[UUID], shop: Shop) -> None:
    """Photos that a saved listing no longer shows go, unless something else or somebody's draft in this shop shows them."""
    drafts = ListingDraft.objects.filter(shop=shop).values_list("values", flat=True)
    spoken_for = {part for values in drafts for part in str(values.get("kept", "")).split(",")}
    forget_photos(each for each in photo_ids if str(each) not in spoken_for)
