"""Which set of 26/2026 a product belongs to: a person says so, with proposals by words beside."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from ocop.boards.forms import SetForm
from ocop.boards.views.asked import board_tabs
from ocop.register.actions import choose_set
from ocop.register.queries import can_choose_set, product_sets, products_visible_to
from ocop.register.sets import proposed_sets


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*STAFF_ROLES)
def product_set(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the set; nothing is chosen before, whatever the words say."""
    viewer = viewer_of(request)
    product = get_object_or_404(products_visible_to(viewer).select_related("product_set"), pk=pk)
    if not can_choose_set(viewer, product):
        raise Http404
    sets = {each.number: each for each in product_sets()}
    form: forms.Form = SetForm(
        list(sets.values()),
        request.POST if request.method == "POST" else None,
        initial={"product_set": product.product_set.number if product.product_set else ""},
    )
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data["product_set"]
        choose_set(product=product, chosen=sets[int(written)] if written else None, by=viewer)
        messages.success(request, _("Đã ghi bộ sản phẩm."))
        return redirect("board_product", pk)
    context = {
        "space_items": board_tabs(request),
        "product": product,
        "form": form,
        "proposed": [sets[number] for number in proposed_sets(product.name, product.product_group) if number in sets],
    }
    return render(request, "ocop/boards/product_set.html", context)
