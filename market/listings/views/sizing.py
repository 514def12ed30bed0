"""Writing another size or packing of a listing: what is its own, on a short page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.actions import NotReady, WrittenMeanwhile, WrongFacts, write_listing
from market.listings.forms import VariantForm
from market.listings.models import Listing
from market.listings.queries import listings_of
from market.listings.views.asking import say_missing, say_the_rest
from market.listings.views.filling import go_on_from, size_initial_of
from market.listings.views.meanwhile import Row, take_up
from market.listings.views.saving import after_saving, as_it_stands, beside, complain, is_on_sale


@signed_in
def new_size(request: HttpRequest, sku: str) -> HttpResponse:
    """Write another size or packing of a listing."""
    viewer = viewer_of(request)
    main = get_object_or_404(listings_of(viewer), sku=sku, main=None)
    return edit_size(request, main, main.variants.filter(sku=request.POST.get("sku", "")[:20]).first())


def edit_size(request: HttpRequest, main: Listing, listing: Listing | None) -> HttpResponse:
    """The page of a size of `main`; a new one is None."""
    viewer, both = viewer_of(request), list[Row]()
    on_sale = is_on_sale(listing)
    if request.method == "POST":
        form = VariantForm(request.POST, is_draft=not on_sale)
    else:
        form = VariantForm(initial=size_initial_of(main, listing), is_draft=not on_sale)
    if form.is_bound and not form.is_valid() and (on_sale or "publish" in request.POST):
        say_the_rest(form, form.facts(main), [row.photo for row in main.photos.all()], listing or main)
    elif form.is_bound and form.is_valid():
        try:
            saved = write_listing(
                shop=main.shop,
                facts=form.facts(main),
                photos=[],
                by=viewer,
                listing=listing,
                main=main,
                move_seen=form.cleaned_data["move_seen"],
                content_seen=form.cleaned_data["content_seen"],
                sku=form.cleaned_data["sku"],
            )
        except WrongFacts as problem:
            complain(form, problem, main.variants.all())
        except NotReady as problem:
            say_missing(form, problem.missing)
        except WrittenMeanwhile as told:
            assert listing is not None
            listing = as_it_stands(listing)
            both = take_up(form, told, form.facts(main), now=listing, initial=size_initial_of(main, listing))
            form.full_clean()
        else:
            if (answer := after_saving(request, form, saved)) is not None:
                return answer
            go_on_from(form, saved)
            listing = saved
    context = {"form": form, "main": main, "listing": listing, "both": both, **beside(listing, form)}
    return render(request, "market/listings/size.html", context, status=409 if both else 200)
