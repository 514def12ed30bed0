"""The demo world: real OCOP rows, made-up people and households, shops marked as demo. The same every time."""

from __future__ import annotations

import csv
import uuid
from pathlib import Path

from django.db import transaction

from config.demo.applications import make_applications
from config.demo.boards import make_board_work
from config.demo.desk import work_at_the_desk
from config.demo.frames import make_frames
from config.demo.goods import keep_papers
from config.demo.intake import hand_in
from config.demo.markets import make_market
from config.demo.matching import make_doubles
from config.demo.months import make_months
from config.demo.ocop import make_papers
from config.demo.opening import make_opening
from config.demo.pages import make_pages
from config.demo.people import make_people
from config.demo.pictures import picture
from config.demo.programs import connect_programs
from config.demo.rechecks import make_rechecks
from config.demo.shops import open_demo_shop
from config.demo.snapshots import make_snapshot
from config.demo.teams import make_teams
from core.files.actions import store_photo
from core.files.pipeline import render
from core.people.models import User
from core.people.queries import SYSTEM, Viewer, viewer_for
from core.people.second_factor.queries import has_second_factor
from core.places.models import Hamlet, Unit
from core.places.queries import old_unit, successor
from market.goods.models import Category
from market.listings.actions import ListingFacts, publish_listing, write_listing
from market.listings.models import Listing
from market.listings.stockroom.actions import count_stock
from market.platforms.desk.actions import confirm_link
from market.platforms.models import PlatformListing
from market.shops.models import Shop
from ocop.certificates.actions import import_products
from ocop.presence.actions import link_listing
from ocop.register.models import OcopProduct
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts, ProductionFacts
from onboarding.households.models import PhoneOwner, Production
from onboarding.producers.actions import add_member, register_producer
from onboarding.producers.models import Membership, Producer, ProducerKind

HERE = Path(__file__).parent
OCOP_FILE = HERE.parent.parent / "ocop" / "register" / "data" / "ocop_products.csv"
ALL_YES: dict[str, bool] = {Purpose.PUBLICATION: True, Purpose.PLATFORM: True, Purpose.CONTACT: False}
HOUSEHOLDS = (
    ("Nguyễn Văn An", Production.TREES, "1,5 ha điều", "0912345601"),
    ("Hồ Tiến Dũng", Production.CROPS, "2 ha lúa", "0912345602"),
    ("K'Bréo", Production.TREES, "1 ha cà phê", "0912345603"),
    ("Trương Thị Sáu", Production.LIVESTOCK, "40 con heo", ""),
    ("Đỗ Văn Bảy", Production.CROPS, "5 sào rau", "0912345604"),
    ("Lương Thị Điệp", Production.PROCESSING, "tráng bánh", "0912345605"),
)


class AlreadyThere(Exception):
    """The demo world has been made in this database."""


class TooOld(Exception):
    """The demo world here is from an earlier version: its people cannot sign in as today's do."""


@transaction.atomic
def make_world() -> None:
    """Make everything, or nothing. Raises AlreadyThere, TooOld."""
    if User.objects.filter(is_demo=True).exists():
        if has_second_factor(User.objects.get(username="quantri", is_demo=True)):
            raise AlreadyThere
        raise TooOld
    commune = _place("Bình Thuận", "Tánh Linh", "xã Bắc Ruộng")
    hamlets = [Hamlet.objects.create(commune=commune, name=name) for name in ("Thôn 1", "Thôn 2", "Thôn 3")]
    people = make_people(commune, hamlets)
    team = viewer_for(people["totruong"])
    producers = _households(hamlets, team)
    make_teams(people, hamlets)
    make_market(people, hamlets[0].commune)
    make_doubles(hamlets, team)
    _own_shops(people, producers, team)
    connect_programs(producers[0], viewer_for(people["nguoiban"]))
    keep_papers(producers[0], viewer_for(people["nguoiban"]), viewer_for(people["xa"]))
    import_products(content=OCOP_FILE.read_bytes(), by=SYSTEM, is_demo=True)
    _shops_of_makers(viewer_for(people["sanops"]))
    make_opening(commune=commune, officer=viewer_for(people["xa"]), second=viewer_for(people["tinh"]))
    make_papers(commune=commune, officer=viewer_for(people["xa"]), second=viewer_for(people["tinh"]))
    make_applications(people, commune)
    work_at_the_desk(producers, viewer_for(people["xa"]))
    hand_in(people, hamlets[0])
    make_frames(people, commune)
    make_board_work(people=people, producers=producers, commune=commune)
    make_months(people, commune)
    make_pages()
    assert commune.parent is not None
    officer, second = viewer_for(people["tinh"]), viewer_for(people["quantri"])
    make_snapshot(province=commune.parent, officer=officer, second=second)
    make_rechecks(province=commune.parent, officer=officer, second=second, seer=people["sanops"])


def _place(province: str, district: str, commune: str) -> Unit:
    """Today's commune for an old place; where only a district is known, the first commune of its area stands in."""
    old = old_unit(province, district, commune)
    found = successor(old) if old is not None else None
    if found is None and old is not None:
        children = old.children.order_by("code")
        found = next((unit for child in children if (unit := successor(child)) is not None), None)
    if found is None:
        raise LookupError(f"no unit for {commune}, {district}, {province}")
    return found


def _households(hamlets: list[Hamlet], team: Viewer) -> list[Producer]:
    producers = []
    for number, (name, production, scale, phone) in enumerate(HOUSEHOLDS):
        e164 = f"+84{phone[1:]}" if phone else ""
        household = register_household(
            record_id=uuid.uuid5(uuid.NAMESPACE_URL, f"lensan:demo:household:{number}"),
            facts=HouseholdFacts(
                name,
                hamlets[number % len(hamlets)],
                phone=e164,
                phone_owner=PhoneOwner.OWN if phone else PhoneOwner.NONE,
                production=(ProductionFacts(production, scale=scale),),
                has_business_registration=number < 2,
            ),
            by=team,
            is_demo=True,
        )
        producer = register_producer(
            kind=ProducerKind.BUSINESS_HOUSEHOLD if number < 2 else ProducerKind.FARM_HOUSEHOLD,
            name=f"Hộ {name}",
            commune=household.commune,
            phone=e164,
            household=household,
            by=team,
            is_demo=True,
        )
        record_consents(producer=producer, answers=ALL_YES, means=Consent.Means.SPOKEN, by=team)
        producers.append(producer)
    return producers


def _own_shops(people: dict[str, User], producers: list[Producer], team: Viewer) -> None:
    owners = (("nguoiban", producers[0]), ("hangxom", producers[1]))
    for username, producer in owners:
        add_member(user=people[username], producer=producer, right=Membership.Right.OWNER, by=team, how="bản mẫu")
    an = viewer_for(people["nguoiban"])
    shop = open_demo_shop(
        producer=producers[0],
        name="Vườn điều anh An",
        story="Nhà tôi trồng điều ở Bắc Ruộng từ năm 1998. Điều tự hái, tự rang bằng chảo gang, bán ra chợ phiên và cho bà con đặt.",
        by=an,
    )
    rows = (
        (
            "Hạt điều rang củi",
            "che-bien-rau-qua",
            "Điều hái chín rụng, rang củi, còn vỏ lụa.",
            140000,
            "bag",
            500,
            25,
            "bag-brown",
        ),
        (
            "Mật ong hoa điều",
            "mat-ong",
            "Mật ong nuôi dưới tán điều, quay một năm một vụ.",
            160000,
            "bottle",
            700,
            12,
            "bottle-amber",
        ),
        (
            "Hạt điều rang muối ớt",
            "che-bien-rau-qua",
            "Điều rang mộc, áo muối ớt xay tay. Cay vừa, giòn lâu trong hũ kín.",
            95000,
            "jar",
            300,
            40,
            "jar-red",
        ),
        (
            "Kẹo hạt điều mè đen",
            "do-an-nhanh",
            "Hạt điều nhà trồng, mè đen, mạch nha. Mỗi thanh gói riêng.",
            52000,
            "box",
            250,
            30,
            "box-brown",
        ),
        ("Hạt điều sống", "rau-cu-qua", "Hạt điều khô còn vỏ cứng, bán theo ký.", 45000, "kg", 1000, 0, "sack-cream"),
    )
    for name, category, text, price, unit, weight, stock, image in rows:
        facts = ListingFacts(name, Category.objects.get(code=category), text, price, unit, weight, stock or 1)
        listing = _listing(shop, facts, image, an)
        publish_listing(listing=listing, by=an)
        if not stock:
            count_stock(listing=listing, counted=0, seen=1, by=an, reason="bán hết ở chợ phiên")
    _seen_on_voso(Listing.objects.get(shop=shop, name=rows[0][0]), viewer_for(people["sanops"]), number=1)
    dung = viewer_for(people["hangxom"])
    open_demo_shop(producer=producers[1], name="Lúa nhà Dũng", story="Lúa hai vụ, xay khi có người đặt.", by=dung)


def _listing(shop: Shop, facts: ListingFacts, image: str, by: Viewer) -> Listing:
    photo = store_photo(render(picture(image)), by=by)
    number = uuid.uuid5(uuid.NAMESPACE_URL, f"lensan:demo:{shop.slug}:{facts.name}").int % 10**8
    return write_listing(shop=shop, facts=facts, photos=[photo], by=by, sku=f"LS{number:08d}", is_demo=True)


def _shops_of_makers(operator: Viewer) -> None:
    """Shops of real makers with goods from their certified products; texts and prices are for show."""
    with (HERE / "goods.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shops: dict[str, Shop] = {}
    for number, row in enumerate(rows, 1):
        shop = shops.get(row["shop"]) or _shop_of_maker(row)
        shops[row["shop"]] = shop
        facts = ListingFacts(
            name=row["name"],
            category=Category.objects.get(code=row["category"]),
            description=row["description"],
            price=int(row["price"]),
            unit=row["unit"],
            net_weight=int(row["net_weight"]),
            stock=int(row["stock"]),
        )
        listing = publish_listing(listing=_listing(shop, facts, row["picture"], SYSTEM), by=SYSTEM)
        if row["ocop"]:
            product = OcopProduct.objects.filter(name=row["ocop"], producer_name=row["shop"]).order_by("-pk").first()
            if product is not None:
                link_listing(product=product, listing=listing, by=SYSTEM, same_maker_confirmed=True)
        if row["voso"] == "1":
            _seen_on_voso(listing, operator, number=100 + number)
        if row["postmart"] == "1":
            _seen_on(
                listing, "postmart", f"https://postmart.vn/p/ban-mau-{listing.slug}-{9_000_100 + number}.html", operator
            )


def _seen_on_voso(listing: Listing, operator: Viewer, *, number: int) -> None:
    _seen_on(listing, "voso", f"https://voso.vn/ban-mau-{listing.slug}-p{9_000_000 + number}.html", operator)


def _seen_on(listing: Listing, code: str, url: str, operator: Viewer) -> None:
    """As after a returned sheet: the page is claimed by the platform's file, and a person confirms it."""
    row = PlatformListing.objects.get(listing=listing, connection__platform__code=code)
    PlatformListing.objects.filter(pk=row.pk).update(
        claimed_url=url, claimed_at=listing.made_at, sent_revision=row.revision
    )
    confirm_link(row=row, by=operator)


def _shop_of_maker(row: dict[str, str]) -> Shop:
    producer = register_producer(
        kind=row["kind"],
        name=row["shop"],
        commune=_place(row["province"], row["district"], row["commune"]),
        phone="",
        by=SYSTEM,
        is_demo=True,
    )
    record_consents(producer=producer, answers=ALL_YES, means=Consent.Means.PAPER, by=SYSTEM)
    story = "Gian hàng minh họa trong bản mẫu. Thông tin chủ thể lấy từ danh sách OCOP đã công bố."
    return open_demo_shop(producer=producer, name=row["shop"], story=story, by=SYSTEM)
