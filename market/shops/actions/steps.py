"""The steps of a shop: one action each, saved on its own, in a draft or later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from core.events.registry import emit
from core.kit import clock
from core.kit.money import dong
from core.kit.numbers import masked_end, normalise_bank_account
from core.messages.actions import send_message
from core.people.queries import Viewer
from market.goods.models import Category
from market.shops.actions.shared import NotYourProducer, OnlyTheOwner, held, note
from market.shops.banks import bank_name, banks
from market.shops.events import ShopChanged
from market.shops.kinds import BANK_CHANGED
from market.shops.models import DeliveryRule, Shop
from market.shops.rules import can_set_bank_account, can_work_in
from onboarding.producers.queries import people_of

_YES_NO = {True: "có", False: "không"}


@transaction.atomic
def change_shop(*, shop: Shop, name: str, story: str, by: Viewer) -> Shop:
    """Who sells: the words of a shop; its address stays. Raises NotYourProducer; nothing different, nothing written."""
    shop = held(shop, by)
    if (shop.name, shop.story) == (name, story):
        return shop
    changes = {"tên gian hàng": (shop.name, name), "lời kể": (shop.story, story)}
    shop.name, shop.story = name, story
    shop.save(update_fields=["name", "story"])
    note("shop.changed", shop, by, changes)
    emit(ShopChanged(shop.pk))
    return shop


@transaction.atomic
def set_place(*, shop: Shop, pickup_address: str, place_note: str, hours: str, by: Viewer) -> Shop:
    """Where: `pickup_address` for whoever fetches parcels (kept encrypted, never in the trail), `place_note` and `hours` for
    the public page. Raises NotYourProducer; nothing different, nothing written."""
    shop = held(shop, by)
    changes = {
        "đường đến": (shop.place_note, place_note),
        "giờ bán": (shop.hours, hours),
    }
    changes = {label: pair for label, pair in changes.items() if pair[0] != pair[1]}
    if pickup_address != shop.pickup_address:
        changes["nơi lấy hàng"] = ("đã có" if shop.pickup_address else "", "đã ghi mới")
    if changes:
        shop.pickup_address, shop.place_note, shop.hours = pickup_address, place_note, hours
        shop.save(update_fields=["pickup_address", "place_note", "hours"])
        note("shop.changed", shop, by, changes)
    return shop


@transaction.atomic
def set_main_goods(*, shop: Shop, categories: Collection[Category], by: Viewer) -> Shop:
    """What: the kinds of goods the shop is about. Raises NotYourProducer; nothing different, nothing written."""
    shop = held(shop, by)
    before, after = list(shop.main_goods.all()), sorted(categories, key=lambda category: category.position)
    if {each.pk for each in before} != {each.pk for each in after}:
        shop.main_goods.set(after)
        note("shop.changed", shop, by, {"mặt hàng chính": (_names(before), _names(after))})
    return shop


def _names(categories: Iterable[Category]) -> str:
    return "; ".join(category.name for category in categories)


class NoAccount(ValueError):
    """Transfers cannot be taken before there is a bank account."""


@transaction.atomic
def set_ways_to_pay(*, shop: Shop, cash: bool, transfer: bool, vnpay: bool, by: Viewer) -> Shop:
    """How to be paid. Raises NotYourProducer, NoAccount; nothing different, nothing written."""
    shop = held(shop, by)
    if transfer and not shop.bank_account:
        raise NoAccount
    ways = {
        "tiền mặt khi nhận": ("takes_cash", cash),
        "chuyển khoản": ("takes_transfer", transfer),
        "VNPAY": ("takes_vnpay", vnpay),
    }
    changes = {
        label: (_YES_NO[getattr(shop, field)], _YES_NO[value])
        for label, (field, value) in ways.items()
        if getattr(shop, field) != value
    }
    if changes:
        shop.takes_cash, shop.takes_transfer, shop.takes_vnpay = cash, transfer, vnpay
        shop.save(update_fields=["takes_cash", "takes_transfer", "takes_vnpay"])
        note("shop.changed", shop, by, changes)
    return shop


@transaction.atomic
def set_bank_account(*, shop: Shop, bank_bin: str, account: str, holder: str, by: Viewer) -> Shop:
    """The account that transfers go to, by its owner (of a producer without one by an officer, see the rule); the trail
    keeps the bank and the last three digits, and everybody who works for the producer is told. `holder` is the name as the
    bank writes it, in capitals without marks. Raises NotYourProducer, OnlyTheOwner, NotABankAccount, KeyError for a bank
    that is not in the list; nothing different, nothing written."""
    shop = _held_for_account(shop, by)
    bank, account = banks()[bank_bin], normalise_bank_account(account)
    if (shop.bank_bin, shop.bank_account, shop.bank_holder) == (bank.bin, account, holder):
        return shop
    before = f"{bank_name(shop.bank_bin)} {masked_end(shop.bank_account)}" if shop.bank_account else ""
    shop.bank_bin, shop.bank_account, shop.bank_holder = bank.bin, account, holder
    shop.save(update_fields=["bank_bin", "bank_account", "bank_holder"])
    after = f"{bank.short_name} {masked_end(account)}"
    note("shop.bank_changed", shop, by, {"tài khoản": (before, after)})
    key = f"shop:{shop.pk}:bank:{clock.now().isoformat()}"
    for user in people_of(shop.producer_id):
        send_message(
            BANK_CHANGED.code,
            user=user,
            context={"shop": shop.name, "before": before, "after": after},
            key=key,
            link=reverse("seller_shop"),
            by=by,
        )
    return shop


def _held_for_account(shop: Shop, by: Viewer) -> Shop:
    rows = Shop.objects.select_for_update(of=("self",)).select_related("producer__commune__parent")
    found = rows.get(pk=shop.pk)
    if not can_set_bank_account(by, found.producer):
        raise OnlyTheOwner if can_work_in(by, found.producer_id) else NotYourProducer
    return found


@dataclass(frozen=True)
class Sending:
    """What sending to one kind of place (a DeliveryRule.Zone) costs, in whole đồng; `free_from` is the sum of goods from
    which it is free; days are working days until it arrives."""

    zone: str
    fee: int
    free_from: int | None
    days_from: int
    days_to: int

    @property
    def words(self) -> str:
        """For the trail."""
        free = f", miễn phí từ {dong(self.free_from)}" if self.free_from is not None else ""
        return f"{dong(self.fee)}{free}, {self.days_from}–{self.days_to} ngày"


@transaction.atomic
def set_delivery(*, shop: Shop, sendings: Collection[Sending], by: Viewer) -> Shop:
    """How to deliver: at most one row per zone; zones left out are not sent to. Raises NotYourProducer; nothing different,
    nothing written."""
    shop = held(shop, by)
    before = {rule.zone: _sending_of(rule) for rule in shop.delivery.all()}
    after = {sending.zone: sending for sending in sendings}
    if before == after:
        return shop
    shop.delivery.all().delete()
    DeliveryRule.objects.bulk_create(DeliveryRule(shop=shop, **vars(sending)) for sending in after.values())
    changes = {
        f"giao {zone.label}": (_words(before.get(zone)), _words(after.get(zone)))
        for zone in DeliveryRule.Zone
        if before.get(zone) != after.get(zone)
    }
    note("shop.changed", shop, by, changes)
    return shop


def _sending_of(rule: DeliveryRule) -> Sending:
    return Sending(rule.zone, rule.fee, rule.free_from, rule.days_from, rule.days_to)


def _words(sending: Sending | None) -> str:
    return sending.words if sending else "không giao"
