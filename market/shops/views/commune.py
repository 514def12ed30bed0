"""What a commune officer writes from signed papers for households without a log-in."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit.numbers import masked_end
from core.people.account.proof import freshly_proved
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.shops.actions import set_bank_account
from market.shops.banks import bank_name
from market.shops.forms import BankForm
from market.shops.queries import asks_at_commune, shops_without_owner
from market.shops.views.asks import give_answer

PER_PAGE = 25


@require_safe
@never_cache
@for_roles(Role.COMMUNE)
def shops(request: HttpRequest) -> HttpResponse:
    """Which of them wait for an answer to a shared shop, and their own shops."""
    viewer = viewer_of(request)
    page = Paginator(shops_without_owner(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "asks": asks_at_commune(viewer)[:PER_PAGE]}
    return render(request, "market/shops/commune.html", context)


@require_POST
@for_roles(Role.COMMUNE)
def answer(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """The household's yes or no, from its signed paper."""
    viewer = viewer_of(request)
    give_answer(request, get_object_or_404(asks_at_commune(viewer), pk=pk), word, viewer)
    return redirect("commune_shops")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("account", "again")
@for_roles(Role.COMMUNE)
@freshly_proved
def bank_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the household's money goes, from its signed paper."""
    viewer = viewer_of(request)
    shop = get_object_or_404(shops_without_owner(viewer), pk=pk)
    form = BankForm(request.POST if request.method == "POST" else None, initial={"bank": shop.bank_bin})
    if form.is_valid():
        data = form.cleaned_data
        set_bank_account(shop=shop, bank_bin=data["bank"], account=data["account"], holder=data["holder"], by=viewer)
        messages.success(request, _("Đã lưu tài khoản. Ba số cuối: %(end)s.") % {"end": data["account"][-3:]})
        return redirect("commune_shops")
    masked = f"{bank_name(shop.bank_bin)} {masked_end(shop.bank_account)}" if shop.bank_account else ""
    return render(request, "market/shops/commune_bank.html", {"shop": shop, "form": form, "masked": masked})
