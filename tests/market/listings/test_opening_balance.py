"""Listings and orders from before there were books."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F, Sum

from market.listings.actions import take_stock
from market.listings.models import Listing, StockMove
from market.orders.actions import placing, release_purchase
from market.orders.models import OrderLine, Purchase
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.market.proof import everything

migration = import_module("market.migrations.0008_books_open_and_orders_name_sizes")


def books(listing: Listing) -> tuple[tuple[int, int], tuple[int, int]]:
    """What the moves add up to, and what the listing says."""
    sums = StockMove.objects.filter(listing=listing).aggregate(change=Sum("change"), reserved=Sum("reserved_change"))
    listing.refresh_from_db()
    return (sums["change"] or 0, sums["reserved"] or 0), (listing.stock, listing.reserved)


@pytest.fixture
def old(listing: Listing) -> Listing:
    """Ten kilograms that no move tells of."""
    return Listing.objects.create(
        **{
            field.attname: getattr(listing, field.attname)
            for field in Listing._meta.concrete_fields
            if field.name != "id"
        }
        | {"sku": "CU1", "slug": "cu-1"}
    )


class Lines:
    """Lines of orders as the migration asks for them: an order was what a purchase is now."""

    class objects:
        @staticmethod
        def filter(*, order__state: str) -> Any:
            return OrderLine.objects.filter(order__purchase__state=order__state)


class Then:
    """The tables as the migration knew them."""

    def get_model(self, app: str, name: str) -> Any:
        return Lines if name == "OrderLine" else apps.get_model(app, name)


@pytest.fixture
def old_order(old: Listing, monkeypatch: pytest.MonkeyPatch) -> Purchase:
    """Five of them, ordered when orders changed the stock and nothing else."""

    def take(quantities: Any, **_: Any) -> list[Listing]:
        Listing.objects.filter(pk=old.pk).update(stock=F("stock") - 5)
        return [listing for listing, _ in quantities]

    with monkeypatch.context() as patch:
        patch.setattr(placing, "take_stock", take)
        return ordered((old, 5))


def test_the_books_open_with_what_lies_there_and_what_orders_hold(
    old: Listing, old_order: Purchase, listing: Listing
) -> None:
    take_stock(
        [(old, 1)], reference="DH-NEW"
    )  # a move came before the opening balance: another order, not in any table
    Listing.objects.filter(pk=old.pk).update(reserved=0)
    migration.open_the_books(Then(), None)
    assert books(old) == ((4, 5), (4, 5))
    newest = old.stock_moves.order_by("-pk")[0]
    assert (newest.kind, newest.reason, newest.by_id) == ("in", "số có từ trước khi có sổ kho", None)
    assert (newest.stock_after, newest.reserved_after) == (4, 5)
    assert listing.stock_moves.count() == 1, "books that are right stay as they are"
    before = everything()
    migration.open_the_books(Then(), None)
    assert everything() == before


@pytest.mark.parametrize("is_paid", [True, False])
def test_an_order_from_before_leaves_a_new_ones_goods_alone(old: Listing, old_order: Purchase, is_paid: bool) -> None:
    migration.open_the_books(Then(), None)
    ordered((old, 3))
    assert books(old) == ((2, 8), (2, 8))
    if is_paid:
        assert send_ipn(notice(attempt_for(old_order))) == "00"
    else:
        assert release_purchase(old_order)
    left = (2, 3) if is_paid else (7, 3)
    assert books(old) == (left, left)
