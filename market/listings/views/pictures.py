"""Photos of a listing's form: sent one by one by the script, or with the form; moved, turned, taken out and back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.files.actions import receive_photo, turn_photo
from core.files.models import Photo
from core.files.pipeline import PhotoRefused
from core.files.uploads import shown_name
from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from market.listings.actions import photos_by_id
from market.listings.forms import ListingForm
from market.listings.models import Listing, ListingPhoto
from market.listings.queries import listings_of
from market.listings.rules import MAX_PHOTOS
from market.shops.queries import shop_of

QUARTERS = {"right": 1, "left": 3}


@dataclass
class PhotoDesk:
    """The photos on the form in their order, those taken out (to be taken back), those that a turned one replaced."""

    photos: list[Photo] = field(default_factory=list)
    removed: list[Photo] = field(default_factory=list)
    turned: list[Photo] = field(default_factory=list)

    def step(self, words: str, by: Viewer) -> None:
        """One step as a button says it: "up:ID", "down:ID", "left:ID", "right:ID", "remove:ID", "back:ID". What is not on
        the form is left alone. Raises PhotoRefused."""
        word, _sign, wanted = words.partition(":")
        place = next((n for n, photo in enumerate(self.photos) if str(photo.pk) == wanted), None)
        out = next((photo for photo in self.removed if str(photo.pk) == wanted), None)
        if word == "back" and out is not None and len(self.photos) < MAX_PHOTOS:
            self.removed.remove(out)
            self.photos.append(out)
        if place is None:
            return
        if word in {"up", "down"}:
            other = max(0, min(len(self.photos) - 1, place + (1 if word == "down" else -1)))
            self.photos[place], self.photos[other] = self.photos[other], self.photos[place]
        elif word in QUARTERS:
            before = self.photos[place]
            self.photos[place] = turn_photo(photo=before, quarters=QUARTERS[word], by=by)
            self.turned.append(before)
        elif word == "remove":
            self.removed.append(self.photos.pop(place))


def desk_of(form: ListingForm, viewer: Viewer, listing: Listing | None) -> PhotoDesk:
    """Photos kept from before plus the new ones, which are made safe and stored at once: an error in another field
    does not lose them. Refused files become errors of the field."""
    form.full_clean()
    kept, removed, turned = form.kept_ids(), form.ids("removed"), form.ids("turned")
    usable = {photo.pk: photo for photo in photos_by_id([*kept, *removed, *turned], viewer)}
    if listing is not None:
        usable |= {row.photo_id: row.photo for row in listing.photos.all()}  # a helper keeps what the owner uploaded
    photos = _in_order(kept, usable)
    desk = PhotoDesk(
        photos,
        [photo for photo in _in_order(removed, usable) if photo not in photos],
        [photo for photo in _in_order(turned, usable) if photo not in photos],
    )
    for upload in form.cleaned_data.get("photos", []):
        if len(photos) >= MAX_PHOTOS:
            form.add_error("photos", _("Mỗi sản phẩm có tối đa %(limit)d ảnh. Hãy bỏ bớt ảnh.") % {"limit": MAX_PHOTOS})
            break
        try:
            photo = receive_photo(upload=upload, by=viewer)
        except PhotoRefused as problem:
            form.add_error("photos", f"{shown_name(upload)}: {problem}")
        else:
            if photo not in photos:
                photos.append(photo)
    return desk


def _in_order(ids: Sequence[uuid.UUID], usable: dict[uuid.UUID, Photo]) -> list[Photo]:
    return [usable[key] for key in ids if key in usable]


@require_POST
@signed_in
def upload(request: HttpRequest) -> JsonResponse:
    """Keep one photo for a listing that is being written; answers its id and small picture, or a sentence."""
    viewer = viewer_of(request)
    if shop_of(viewer) is None:
        raise Http404
    sent = request.FILES.get("photo")
    if sent is None:
        return _refused(_("Chưa nhận được ảnh. Hãy chọn lại ảnh rồi gửi lại."))
    try:
        return _shown(receive_photo(upload=sent, by=viewer))
    except PhotoRefused as problem:
        return _refused(str(problem))


@require_POST
@signed_in
def turn(request: HttpRequest, photo_id: uuid.UUID) -> JsonResponse:
    """Turn a photo of one's own, or of a listing one works on, by a quarter; answers the new one."""
    viewer = viewer_of(request)
    photo = next(iter(photos_by_id([photo_id], viewer)), None)
    if photo is None:
        row = ListingPhoto.objects.filter(photo_id=photo_id, listing__in=listings_of(viewer)).first()
        photo = row.photo if row else None
    if photo is None or shop_of(viewer) is None:
        raise Http404
    quarters = QUARTERS.get(request.POST.get("way", ""))
    if quarters is None:
        return _refused(_("Hãy chọn xoay trái hoặc xoay phải."))
    try:
        return _shown(turn_photo(photo=photo, quarters=quarters, by=viewer))
    except PhotoRefused as problem:
        return _refused(str(problem))


def _shown(photo: Photo) -> JsonResponse:
    return JsonResponse({"id": str(photo.pk), "url": photo.small.url})


def _refused(sentence: str) -> JsonResponse:
    # An answer like any other: the script shows it, and a browser does not call it a fault of the page.
    return JsonResponse({"sentence": sentence})
