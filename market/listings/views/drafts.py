"""What is typed and not saved yet: kept every few seconds by the script, thrown away by a button."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from core.templatetags.vietnamese import moment
from market.listings.actions.drafts import DraftTooLarge, WrittenElsewhere, drop_draft, save_draft, version_of
from market.listings.forms import ListingForm, say
from market.listings.models import Listing
from market.listings.queries import listings_of
from market.listings.views.filling import typed_in
from market.listings.views.pictures import PhotoDesk
from market.shops.models import Shop
from market.shops.queries import shop_of

MAX_BYTES = 60_000  # what a browser still sends while its page goes away
_SKU = re.compile(r"LS\d{8}")
# What stands in the form; a file cannot be kept, its photo is stored by itself.
KEPT = frozenset(ListingForm.base_fields) - {"photos", "sku", "draft_seen"}


@require_POST
@signed_in
def keep(request: HttpRequest, sku: str) -> HttpResponse:
    """JSON {values, seen, over} in; {seen, at} out, 409 with a sentence when another window wrote meanwhile."""
    viewer = viewer_of(request)
    shop = _shop(viewer, sku)
    if len(request.body) > MAX_BYTES:
        return _sentence(_("Bài viết quá dài nên không tự lưu được. Hãy rút ngắn rồi bấm lưu."), 413)
    values, seen, over = _read(request.body)
    if values is None:
        return _sentence(_("Máy chủ không đọc được bản đang viết. Hãy tải lại trang."), 400)
    try:
        draft = save_draft(shop=shop, sku=sku, values=values, seen=seen, over=over, by=viewer)
    except WrittenElsewhere:
        words = _("Sản phẩm này còn một bản viết dở ở cửa sổ khác. Trang này chưa tự lưu đè lên bản đó.")
        return _sentence(words, 409)
    except DraftTooLarge:
        return _sentence(_("Bài viết quá dài nên không tự lưu được. Hãy rút ngắn rồi bấm lưu."), 413)
    return JsonResponse({"seen": version_of(draft), "at": moment(draft.changed_at)})


def keep_refused(
    request: HttpRequest, form: ListingForm, desk: PhotoDesk, *, shop: Shop, listing: Listing | None
) -> None:
    """A form that was sent and refused brought photos that nothing else shows: it is kept as unsaved words, so that they
    are there tomorrow as well. Another window's words are not written over."""
    shown = {row.photo_id for row in listing.photos.all()} if listing else set()
    sku = form.cleaned_data.get("sku", "")
    if not sku or all(photo.pk in shown for photo in desk.photos):
        return
    if listing is None and Listing.objects.filter(sku=sku).exists():
        return
    typed = {name: value for name, value in typed_in(request, form).items() if name in KEPT and value is not None}
    places = {"kept": desk.photos, "removed": desk.removed, "turned": desk.turned}
    typed |= {name: ",".join(str(photo.pk) for photo in photos) for name, photos in places.items()}
    seen = form.cleaned_data.get("draft_seen", "")
    try:
        draft = save_draft(shop=shop, sku=sku, values=typed, seen=seen, over=False, by=viewer_of(request))
    except (WrittenElsewhere, DraftTooLarge):
        return
    say(form, draft_seen=version_of(draft))


@require_POST
@signed_in
def drop(request: HttpRequest, sku: str) -> HttpResponse:
    """Throw away what this person typed and did not save."""
    viewer = viewer_of(request)
    _shop(viewer, sku)
    if drop_draft(sku=sku, by=viewer, seen=request.POST.get("seen", "")):
        messages.success(request, _("Đã bỏ bản viết dở."))
    else:
        messages.warning(request, _("Bản viết dở vừa được viết thêm ở cửa sổ khác nên chưa bỏ. Hãy xem lại bản mới."))
    exists = Listing.objects.filter(sku=sku).exists()
    return redirect("seller_listing_edit", sku=sku) if exists else redirect("seller_listing_new")


def _shop(viewer: Viewer, sku: str) -> Shop:
    """The shop in which this person writes under this SKU; somebody else's listing is not there."""
    listing = listings_of(viewer).filter(sku=sku).first()
    if listing is not None:
        return listing.shop
    shop = shop_of(viewer)
    if shop is None or not _SKU.fullmatch(sku) or Listing.objects.filter(sku=sku).exists():
        raise Http404
    return shop


def _read(body: bytes) -> tuple[dict[str, str | list[str]] | None, str, bool]:
    """Known fields only, as texts or lists of texts; None for anything else."""
    try:
        sent: Any = json.loads(body)
    except ValueError:
        return None, "", False
    values = sent.get("values") if isinstance(sent, dict) else None
    if not isinstance(values, dict):
        return None, "", False
    kept: dict[str, str | list[str]] = {}
    for name, value in values.items():
        several = isinstance(value, list) and all(isinstance(part, str) for part in value)
        if name in KEPT and (isinstance(value, str) or several):
            kept[name] = value
    return kept, str(sent.get("seen") or ""), sent.get("over") is True


def _sentence(words: str, status: int) -> JsonResponse:
    return JsonResponse({"sentence": words}, status=status)
