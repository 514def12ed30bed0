"""The pages beside the steps: photos, bank account, makers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.files.actions import receive_photo
from core.files.models import Photo
from core.files.pipeline import PhotoRefused
from core.files.uploads import shown_name
from core.kit.numbers import masked_end
from core.people.account.proof import freshly_proved
from core.people.queries import Viewer, viewer_of
from market.shops.actions import (
    MakerRefused,
    add_maker,
    add_photos,
    arrange_photos,
    end_maker,
    set_bank_account,
)
from market.shops.actions.photos import TooManyPhotos
from market.shops.banks import bank_name
from market.shops.forms import AddPhotosForm, BankForm, placed_in
from market.shops.models import Shop
from market.shops.navigation import seller_places
from market.shops.queries import makers_held, producers_to_add
from market.shops.rules import MAX_PHOTOS, may_have_makers
from market.shops.views.finding import for_owner, for_the_owner_alone, with_shop

PER_PAGE = 25
form_page = require_http_methods(["GET", "HEAD", "POST"])


def _frame(shop: Shop) -> dict[str, Any]:
    return {"shop": shop, "space_items": seller_places("seller_shop")}


@never_cache
@form_page
@with_shop
def photos(request: HttpRequest, shop: Shop) -> HttpResponse:
    """The gallery: add, put in order, describe, choose the cover, take away."""
    viewer = viewer_of(request)
    form = AddPhotosForm()
    if request.method == "POST" and "arrange" in request.POST:
        placed, cover = placed_in(request.POST)
        arrange_photos(shop=shop, placed=placed, cover=cover, by=viewer)
        messages.success(request, _("Đã lưu ảnh của gian hàng."))
        return redirect("seller_shop_photos")
    if request.method == "POST":
        form = AddPhotosForm(request.POST, request.FILES)
        if form.is_valid() and _add(form, shop, viewer):
            messages.success(request, _("Đã thêm ảnh."))
            return redirect("seller_shop_photos")
    rows = list(shop.photos.select_related("photo"))
    return render(request, "market/shops/photos.html", _frame(shop) | {"form": form, "rows": rows, "limit": MAX_PHOTOS})


def _add(form: AddPhotosForm, shop: Shop, by: Viewer) -> bool:
    """Keep those that are photos and say what is wrong with the others."""
    kept: list[Photo] = []
    for upload in form.cleaned_data["photos"]:
        try:
            kept.append(receive_photo(upload=upload, by=by))
        except PhotoRefused as problem:
            form.add_error("photos", f"{shown_name(upload)}: {problem}")
    try:
        add_photos(shop=shop, photos=kept, by=by)
    except TooManyPhotos:
        form.add_error("photos", _("Gian hàng có tối đa %(limit)d ảnh. Hãy bỏ bớt ảnh.") % {"limit": MAX_PHOTOS})
    return not form.errors


@never_cache
@form_page
@sensitive_post_parameters("account", "again")
@for_the_owner_alone
@freshly_proved
def bank_account(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Where transfers go; the whole number is never shown here again."""
    form = BankForm(request.POST if request.method == "POST" else None, initial={"bank": shop.bank_bin})
    if form.is_valid():
        data = form.cleaned_data
        set_bank_account(
            shop=shop, bank_bin=data["bank"], account=data["account"], holder=data["holder"], by=viewer_of(request)
        )
        messages.success(request, _("Đã lưu tài khoản. Ba số cuối: %(end)s.") % {"end": data["account"][-3:]})
        if form.looks_like_a_phone():
            messages.warning(request, _("Số này giống số điện thoại. Nếu không phải số tài khoản, hãy sửa lại."))
        return redirect("seller_shop_step", "tra-tien")
    masked = f"{bank_name(shop.bank_bin)} {masked_end(shop.bank_account)}"
    return render(request, "market/shops/bank.html", _frame(shop) | {"form": form, "masked": masked})


@never_cache
@form_page
@for_owner
def makers(request: HttpRequest, shop: Shop) -> HttpResponse:
    """Whose goods the shop sells: add one of the commune's producers who agreed to be shown, end one."""
    if not may_have_makers(shop.producer):
        raise Http404
    viewer = viewer_of(request)
    words = request.GET.get("q", "")[:100]
    if request.method == "POST":
        number = request.POST.get("producer", "")
        found = producers_to_add(shop).filter(pk=int(number[:18]) if number.isdecimal() else 0).first()
        try:
            if found is None:
                raise MakerRefused(_("Không có nhà này trong danh sách. Hãy tìm lại."))
            add_maker(shop=shop, producer=found, by=viewer)
        except MakerRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("Đã hỏi %(name)s. Họ đồng ý rồi gian hàng mới ghi tên họ.") % {"name": found.name}
            )
        return redirect("seller_shop_makers")
    held = Paginator(makers_held(shop), PER_PAGE).get_page(request.GET.get("page"))
    context = _frame(shop) | {
        "page_obj": held,
        "q": words,
        "found": producers_to_add(shop, words)[:PER_PAGE] if words else [],
    }
    return render(request, "market/shops/makers.html", context)


@require_POST
@for_owner
def end_one_maker(request: HttpRequest, shop: Shop, pk: int) -> HttpResponse:
    """The shop sells nothing new of this maker."""
    maker = get_object_or_404(makers_held(shop), pk=pk)
    end_maker(maker=maker, by=viewer_of(request))
    messages.success(request, _("Đã kết thúc. Bạn hỏi lại nhà này lúc nào cũng được."))
    return redirect("seller_shop_makers")
