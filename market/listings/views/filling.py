"""What stands in the listing's form: as it is saved, as it was sent, as it goes on after saving."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from market.listings.actions import new_sku
from market.listings.actions.facts import OWN, SHARED
from market.listings.actions.meanwhile import stamp_of
from market.listings.counting import stock_and_last_move
from market.listings.forms import ListingForm, VariantForm, say
from market.listings.models import Listing


def initial_of(listing: Listing | None) -> dict[str, Any]:
    """The form of a listing as it is saved, with what of it is seen; of a new one without."""
    if listing is None:
        return {"sku": new_sku(), "move_seen": 0}
    stock, move = stock_and_last_move(listing)
    held = {name: getattr(listing, name) for name in (*SHARED, *OWN)} | {
        "price": _dots(listing.price),
        "stock": stock,
        "move_seen": move,
        "content_seen": stamp_of(listing),
        "alcohol": None if listing.alcohol is None else f"{listing.alcohol / 10:g}".replace(".", ","),
        "papers": list(listing.papers.all()),
    }
    return {name: value for name, value in held.items() if value not in (None, [])}


def size_initial_of(main: Listing, listing: Listing | None) -> dict[str, Any]:
    """The same of a size."""
    if listing is None:
        return {"sku": new_sku(), "move_seen": 0, "unit": main.unit}
    stock, move = stock_and_last_move(listing)
    own = {name: getattr(listing, name) for name in OWN}
    return own | {"price": _dots(listing.price), "stock": stock, "move_seen": move, "content_seen": stamp_of(listing)}


def _dots(price: int) -> str:
    return f"{price:,}".replace(",", ".") if price else ""  # a draft need not say one


def typed_in(request: HttpRequest, form: ListingForm) -> dict[str, Any]:
    """What was sent, by field."""
    return {name: request.POST.getlist(name) if name == "papers" else request.POST.get(name) for name in form.fields}


def go_on_from(form: ListingForm | VariantForm, saved: Listing) -> None:
    """The form goes on from what was saved just now."""
    stock, move = stock_and_last_move(saved)
    say(form, stock=stock, move_seen=move, content_seen=stamp_of(saved))
