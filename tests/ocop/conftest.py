"""Some real units, people with grants there, and makers of products, papers, listings and evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone

from core.kit.clock import VIETNAM
from core.kit.text import fold_words
from core.people.models import Grant, Role, User
from core.people.queries import Viewer, viewer_for
from core.places.models import Hamlet, Level, Unit
from market.goods.models import Category
from market.listings.models import Listing
from market.platforms.models import Connection, PlatformListing
from market.shops.models import Shop
from ocop.certificates.models import Certificate, RenewalFile
from ocop.certificates.papers import paper_key
from ocop.certificates.rules import period
from ocop.frames.models import Frame, FrameHousehold
from ocop.frames.rules import digest
from ocop.presence.models import PresenceLink
from ocop.register.cells import parse_date
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation, OutsideLink, Platform, PlatformAccount
from onboarding.households.models import Household
from onboarding.producers.models import Membership, Producer, ProducerKind

numbers = count(1)


@dataclass(frozen=True)
class Land:
    """Units of the reference data: today's Lâm Đồng, which old Bình Thuận is part of, and TP. Hồ Chí Minh."""

    lam_dong: Unit
    phu_thuy: Unit
    tuy_phong: Unit
    ho_chi_minh: Unit
    con_dao: Unit
    old_binh_thuan: Unit


@pytest.fixture
def land(db: None) -> Land:
    def today(level: str, code: str) -> Unit:
        return Unit.objects.get(level=level, code=code, valid_to=None)

    return Land(
        lam_dong=today(Level.PROVINCE, "68"),
        phu_thuy=today(Level.COMMUNE, "22924"),
        tuy_phong=today(Level.COMMUNE, "22978"),
        ho_chi_minh=today(Level.PROVINCE, "79"),
        con_dao=today(Level.COMMUNE, "26732"),
        old_binh_thuan=Unit.objects.get(level=Level.PROVINCE, code="60", valid_from=None),
    )


def person(name: str, role: str | None = None, unit: Unit | None = None, *, operator: bool = False) -> User:
    """Somebody with a grant since 2020, or with none."""
    user = User.objects.create(username=f"{fold_words(name)}{next(numbers)}", full_name=name, is_superuser=operator)
    if role is not None:
        Grant.objects.create(user=user, role=role, unit=unit, valid_from=date(2020, 1, 1))
    return user


@pytest.fixture
def phuong(land: Land) -> User:
    """Phương works for the province."""
    return person("Phương", Role.PROVINCE, land.lam_dong)


@pytest.fixture
def chi(land: Land) -> User:
    """Chi is an officer of phường Phú Thủy."""
    return person("Chi", Role.COMMUNE, land.phu_thuy)


@pytest.fixture
def dung(land: Land) -> User:
    """Dũng is an officer too, but elsewhere: he must see nothing of Phú Thủy."""
    return person("Dũng", Role.COMMUNE, land.con_dao)


@pytest.fixture
def an(land: Land) -> User:
    """An sells."""
    return person("An")


def viewer(user: User) -> Viewer:
    """The person as the rules see them."""
    return viewer_for(user)


def product(
    name: str = "Nước mắm nhĩ",
    *papers: tuple[int | None, str],
    maker: str = "HTX Nước mắm Phú Hài",
    unit: Unit | None = None,
    former: Unit | None = None,
) -> OcopProduct:
    """A product with papers (stars, date as written)."""
    made = OcopProduct.objects.create(
        name=name,
        producer_name=maker,
        unit=unit,
        former_province=former,
        province_written="Bình Thuận",
        row_key=f"key{next(numbers)}",
        recorded_at=timezone.now(),
    )
    for stars, written in papers:
        paper(made, stars, written)
    return made


def paper(of: OcopProduct, stars: int | None, written: str, decision: str = "") -> Certificate:
    """A certificate with its date as written ("" for none)."""
    recognised, _ = parse_date(written)
    known = period(recognised)
    return Certificate.objects.create(
        product=of,
        stars=stars,
        decision_number=decision,
        recognised_on=recognised.first_day if recognised else None,
        precision=recognised.precision if recognised else "none",
        earliest_end=known.earliest_end if known else None,
        latest_end=known.latest_end if known else None,
        paper_key=paper_key(decision, recognised),
    )


def filed(certificate: Certificate, submitted_on: date, result_on: date | None) -> RenewalFile:
    """A file for re-assessment, under way or with a result."""
    return RenewalFile.objects.create(
        certificate=certificate,
        submitted_on=submitted_on,
        result="refused" if result_on else "pending",
        result_on=result_on,
        recorded_at=timezone.now(),
    )


def producer(name: str, commune: Unit, household: Household | None = None) -> Producer:
    """A cooperative, or the producer of a household."""
    kind = ProducerKind.FARM_HOUSEHOLD if household else ProducerKind.COOPERATIVE
    return Producer.objects.create(
        name=name, kind=kind, commune=commune, household=household, registered_at=timezone.now()
    )


def listing(
    name: str,
    commune: Unit,
    *,
    maker: str = "Hợp tác xã Nước mắm Phú Hài",
    state: str = Listing.State.PUBLISHED,
) -> Listing:
    """A listing in a shop of its own."""
    number = next(numbers)
    shop = Shop.objects.create(
        producer=producer(maker, commune),
        slug=f"gian-{number}",
        name=f"Gian hàng {maker}",
        state=Shop.State.OPEN,
        opened_at=timezone.now(),
    )
    category, _ = Category.objects.get_or_create(
        code="gia-vi", defaults={"name": "Gia vị", "sector": "Thực phẩm", "position": 1}
    )
    return Listing.objects.create(
        shop=shop,
        sku=f"LS{number:08d}",
        slug=f"tin-{number}",
        name=name,
        category=category,
        description="Ủ chượp trong thùng gỗ.",
        price=95_000,
        unit="bottle",
        stock=10,
        state=state,
        made_at=timezone.now(),
        changed_at=timezone.now(),
        published_at=timezone.now(),
    )


def owner(user: User, of: Listing) -> None:
    """The person owns the listing's shop."""
    Membership.objects.create(
        user=user, producer=of.shop.producer, right="owner", valid_from=date(2020, 1, 1), recorded_how="thử"
    )


def platform(code: str, *, counts: bool = True) -> Platform:
    """A platform."""
    made, _ = Platform.objects.get_or_create(code=code, defaults={"name": code.title(), "counts_for_target": counts})
    return made


def moment(on: date, hour: int = 9) -> datetime:
    """An hour of a Vietnamese day."""
    return datetime(on.year, on.month, on.day, hour, tzinfo=VIETNAM)


def account(of: Producer, on: Platform, *, claimed: date = date(2024, 1, 1)) -> PlatformAccount:
    """The producer's account on a platform."""
    made, _ = PlatformAccount.objects.get_or_create(
        platform=on, producer=of, closed_on=None, defaults={"claimed_at": moment(claimed)}
    )
    return made


def look(link: OutsideLink, at: datetime, result: str = Observation.Result.LIVE) -> Observation:
    """Something looked at a link."""
    return Observation.objects.create(link=link, at=at, observer="adapter", result=result, evidence_hash="0" * 64)


def put_on(of: Listing, code: str, *, counts: bool = True) -> OutsideLink:
    """The listing has a page on a platform."""
    on = platform(code, counts=counts)
    connection, _ = Connection.objects.get_or_create(platform=on, defaults={"adapter": code})
    link = OutsideLink.objects.create(
        platform=on,
        account=account(of.shop.producer, on),
        url=f"https://{code}.example/{of.sku}",
        claimed_at=timezone.now(),
    )
    PlatformListing.objects.create(listing=of, connection=connection, revision=1, link=link)
    return link


def linked(of: OcopProduct, to: Listing) -> PresenceLink:
    """The product is sold by the listing."""
    return PresenceLink.objects.create(product=of, listing=to, linked_at=timezone.now())


def household(commune: Unit, *, registered: date = date(2025, 8, 1), name: str = "Trần Thị Sáu") -> Household:
    """A household without a phone."""
    hamlet, _ = Hamlet.objects.get_or_create(commune=commune, name="Khu phố 1")
    return Household.objects.create(
        head_name=name,
        commune=commune,
        hamlet=hamlet,
        phone_owner="none",
        has_business_registration=False,
        registered_at=moment(registered),
    )


def framed(*homes: Household, year: int = 2026, on: date = date(2026, 1, 5)) -> list[Frame]:
    """These households are what the rate of their communes is measured against: a signed frame of each commune."""
    frames = []
    for commune in {home.commune_id: home.commune for home in homes}.values():
        ids = [home.pk for home in homes if home.commune_id == commune.pk]
        frame = Frame.objects.create(
            unit=commune,
            year=year,
            source=Frame.Source.REVIEW,
            count=len(ids),
            sha256=digest(ids),
            made_by=person("Lập"),
            made_at=moment(on),
            signed_by=person("Ký"),
            signed_at=moment(on),
        )
        FrameHousehold.objects.bulk_create(FrameHousehold(frame=frame, household_id=pk) for pk in ids)
        frames.append(frame)
    return frames


@pytest.fixture
def fill(land: Land) -> Callable[[int, date], None]:
    """Fills phường Phú Thủy with n certified products online on both platforms and n households with an account."""

    def fill(n: int, on: date) -> None:
        for _ in range(n):
            made = product("Nước mắm nhĩ", (4, "2025-03-01"), unit=land.phu_thuy, former=land.old_binh_thuan)
            sold = listing("Nước mắm nhĩ", land.phu_thuy)
            linked(made, sold)
            for code in ("voso", "postmart"):
                look(put_on(sold, code), moment(on - timedelta(days=2)))
            home = household(land.phu_thuy)
            claimed = account(producer("Hộ bà Sáu", land.phu_thuy, home), platform("voso"))
            url = f"https://voso.example/{next(numbers)}"
            page = OutsideLink.objects.create(
                platform=claimed.platform, account=claimed, url=url, claimed_at=timezone.now()
            )
            look(page, moment(on - timedelta(days=5)))
        framed(*Household.objects.filter(commune=land.phu_thuy))

    return fill
