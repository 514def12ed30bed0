"""The standing people of the tests, and how to make things for them.

An sells, Bình helps in An's shop, Chi is a commune officer, Dũng is the neighbour who must see nothing, Hạnh leads a
field team, Phương works for the province. Bưu works for a platform.
"""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from datetime import date

from PIL import Image

from core.files.actions import store_photo
from core.files.pipeline import render
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from core.places.models import Hamlet, Unit
from core.places.queries import unit_by_code
from market.goods.models import Category
from market.listings.actions import ListingFacts, publish_listing, write_listing
from market.listings.models import Listing
from market.shops.actions import (
    Sending,
    open_shop,
    set_delivery,
    set_main_goods,
    set_place,
    set_ways_to_pay,
    start_shop,
)
from market.shops.models import Shop
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.producers.actions import add_member, register_producer
from onboarding.producers.models import Producer

COMMUNE = "22891"  # any commune of today serves; its province is what Phương works for
PASSWORD = "mot-mat-khau-dai"


@dataclass
class People:
    """Users by name, the commune and hamlet they live in, and An's producer."""

    commune: Unit
    hamlet: Hamlet
    users: dict[str, User]
    producer: Producer

    def viewer(self, name: str) -> Viewer:
        """The viewer of one of them, with fresh grants."""
        return viewer_for(self.users[name])


def make_people() -> People:
    """Everybody, with An's household, producer and consents."""
    commune = (
        unit_by_code("commune", COMMUNE, date(2026, 1, 1))
        or Unit.objects.filter(level="commune", valid_to=None).order_by("code")[0]
    )
    hamlet = Hamlet.objects.create(commune=commune, name="Thôn 1")
    users = {}
    for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu"):
        users[name] = User.objects.create_user(username=name, password=PASSWORD, full_name=name.capitalize())
    give_grant(user=users["chi"], role=Role.COMMUNE, unit=commune, given_by=SYSTEM)
    give_grant(user=users["phuong"], role=Role.PROVINCE, unit=commune.parent, given_by=SYSTEM)
    give_grant(user=users["hanh"], role=Role.TEAM_LEAD, unit=commune, given_by=SYSTEM)
    give_grant(user=users["buu"], role=Role.PLATFORM_OPERATOR, unit=None, given_by=SYSTEM)
    producer = make_producer("Hộ Nguyễn Văn An", hamlet)
    add_member(user=users["an"], producer=producer, right="owner", by=SYSTEM, how="bài thử")
    add_member(user=users["binh"], producer=producer, right="helper", by=SYSTEM, how="bài thử")
    return People(commune, hamlet, users, producer)


def make_producer(name: str, hamlet: Hamlet, *, platform: bool = True) -> Producer:
    """A farm household's producer that agreed to be shown and (by default) to be sent to platforms."""
    household = register_household(
        record_id=uuid.uuid4(),
        facts=HouseholdFacts(
            name.removeprefix("Hộ "),
            hamlet,
            phone_owner="none",
            production=(ProductionFacts("trees", area_m2=10_000),),
            has_business_registration=False,
        ),
        by=SYSTEM,
    )
    producer = register_producer(
        kind="farm_household", name=name, commune=hamlet.commune, phone="", household=household, by=SYSTEM
    )
    answers = {Purpose.PUBLICATION: True, Purpose.PLATFORM: platform, Purpose.CONTACT: False}
    record_consents(producer=producer, answers=answers, means="spoken", by=SYSTEM)
    return producer


def make_shop(people: People, name: str = "Vườn anh An") -> Shop:
    """An's open shop."""
    return shop_for(people.producer, name, people.viewer("an"))


def shop_for(producer: Producer, name: str, by: Viewer) -> Shop:
    """A producer's open shop, through its five steps."""
    return open_shop(shop=fill_steps(start_shop(producer=producer, name=name, by=by), by), by=by)


def fill_steps(shop: Shop, by: Viewer) -> Shop:
    """The steps after the first, as short as they may be."""
    set_place(shop=shop, pickup_address="Nhà số 1", place_note="", hours="", by=by)
    set_main_goods(shop=shop, categories=[Category.objects.get(code="che-bien-rau-qua")], by=by)
    set_ways_to_pay(shop=shop, cash=True, transfer=False, vnpay=True, by=by)
    return set_delivery(shop=shop, sendings=[Sending("country", 0, None, 2, 5)], by=by)


def make_listing(shop: Shop, *, name: str = "Hạt điều rang", price: int = 50_000, stock: int = 10) -> Listing:
    """A published listing with one photo, written by the system."""
    facts = ListingFacts(
        name,
        Category.objects.get(code="che-bien-rau-qua"),
        "Ngon.",
        price=price,
        unit="kg",
        net_weight=1000,
        stock=stock,
    )
    listing = write_listing(shop=shop, facts=facts, photos=[store_photo(render(jpeg()), by=SYSTEM)], by=SYSTEM)
    return publish_listing(listing=listing, by=SYSTEM)


def jpeg(width: int = 640, height: int = 480, colour: str = "#7A9A3A") -> bytes:
    """A plain photo."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()
