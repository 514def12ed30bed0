"""What gives the demo's boards something to show: accounts on every step of the way, orders on a platform, a target, and rows of the
worklist given to a team. All made up, and said to be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from core.kit import clock
from core.people.models import User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Unit
from market.listings.models import Listing
from market.platforms.contract import OrderPage, OrderState, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection
from market.platforms.orders.actions import feed_of, keep_orders
from ocop.boards.assigning import assign
from ocop.boards.worklist import Turn, teams_to_choose, worklist
from ocop.catalogue.actions import Found, correct_figure, enter_figure, write_target, write_terms
from ocop.catalogue.models import HandIndicator
from ocop.indicators.actions import set_target
from ocop.indicators.registry import HOUSEHOLDS, PRODUCTS
from onboarding.accounts.actions import claim_account, record_activity, report_account
from onboarding.accounts.models import AccountActivity, AccountReport, Platform
from onboarding.producers.models import Producer

# Number, state, days ago, pieces: one that came to nothing is among them.
ORDERS = (
    ("VS-MAU-0001", OrderState.DELIVERED, 12, 2),
    ("VS-MAU-0002", OrderState.CANCELLED, 9, 1),
    ("VS-MAU-0003", OrderState.SHIPPED, 3, 3),
)


def make_board_work(*, people: dict[str, User], producers: Sequence[Producer], commune: Unit) -> None:
    """After households, shops, papers and the frame are there."""
    _accounts(people, producers)
    _orders(Listing.objects.select_related("shop").get(name="Hạt điều rang củi", is_demo=True))
    assert commune.parent is not None
    set_target(
        indicator="I2any",
        unit=commune.parent,
        year=clock.today().year,
        percent=30,
        document="Kế hoạch mẫu 15/KH-MAU, dữ liệu minh họa",
        by=viewer_for(people["tinh"]),
    )
    _by_hand(commune.parent, people["tinh"])
    _assignments(people, commune)


def _by_hand(province: Unit, officer: User) -> None:
    """Three figures of the catalogue, a target and a correction; every source says that it is made up."""
    by, year = viewer_for(officer), clock.today().year
    lines = {each.code: each for each in HandIndicator.objects.filter(unit__isnull=True)}
    grdp, invoices = lines["kinh-te-so-grdp"], lines["hoa-don-dien-tu"]
    write_terms(
        indicator=grdp,
        unit=province,
        owner="Sở mẫu (minh họa)",
        formula="Giá trị tăng thêm của kinh tế số chia cho GRDP (minh họa)",
        by=by,
    )
    aim = "Kế hoạch mẫu 15/KH-MAU, dữ liệu minh họa"
    write_target(indicator=grdp, unit=province, year=year, value=Decimal(15), document=aim, by=by)
    source = "Báo cáo mẫu 01/BC-MAU, dữ liệu minh họa"
    last, before = date(year - 1, 12, 31), date(year - 2, 12, 31)
    enter_figure(indicator=grdp, unit=province, as_of=before, found=Found(Decimal("10.2"), source), by=by)
    first = enter_figure(indicator=grdp, unit=province, as_of=last, found=Found(Decimal("21.4"), source), by=by)
    correct_figure(figure=first, found=Found(Decimal("12.4"), source), reason="Gõ nhầm hai chữ số (minh họa)", by=by)
    found = Found(None, source, numerator=1_914, denominator=2_000)
    enter_figure(indicator=invoices, unit=province, as_of=last, found=found, by=by)


def _accounts(people: dict[str, User], producers: Sequence[Producer]) -> None:
    """Dũng's account is only claimed; Bảy's was opened, says the platform, and he asked buyers there."""
    voso = Platform.objects.get(code="voso")
    claim_account(platform=voso, producer=producers[1], seller_id="BM-VS-02", by=viewer_for(people["totruong"]))
    opened = claim_account(
        platform=voso, producer=producers[4], seller_id="BM-VS-05", by=viewer_for(people["totruong"])
    )
    report_account(
        account=opened,
        result=AccountReport.Result.OPENED,
        reporter=AccountReport.Reporter.PLATFORM,
        source_sha256=hashlib.sha256(b"ban mau: bao cao cua san").hexdigest(),
        by=viewer_for(people["sanops"]),
    )
    record_activity(
        account=opened,
        kind=AccountActivity.Kind.EXCHANGE,
        happened_on=clock.today() - timedelta(days=4),
        source=AccountActivity.Source.PRODUCER,
        by=viewer_for(people["xa"]),
    )


def _orders(listing: Listing) -> None:
    """As if VoSo told of orders, which it does not yet: so the demo keeps no feed of it."""
    connection = Connection.objects.select_related("platform").get(platform__code="voso")
    feed = feed_of(connection)
    items = []
    for number, state, days, pieces in ORDERS:
        at = clock.now() - timedelta(days=days)
        line = RemoteOrderLine(listing.sku, pieces, listing.price, listing.name)
        items.append(RemoteOrder(number, at, at, state.value, state, (line,), shipping_fee=22_000))
    keep_orders(connection=connection, page=OrderPage(tuple(items)), by=SYSTEM)
    feed.delete()


def _assignments(people: dict[str, User], commune: Unit) -> None:
    """Two households and a product for the team that works."""
    officer, today = viewer_for(people["xa"]), clock.today()
    team = next(each for each in teams_to_choose(officer) if each.name.endswith("Thôn 1 và Thôn 2"))
    absent = worklist(HOUSEHOLDS, officer, today).filter(turn=Turn.ABSENT, hamlet__name__in=["Thôn 1", "Thôn 2"])
    assign(
        subject=HOUSEHOLDS,
        ids=[row.pk for row in absent[:2]],
        team=team,
        note="Giúp mở gian hàng khi đến nhà.",
        due_on=today + timedelta(days=14),
        by=officer,
    )
    goods = worklist(PRODUCTS, officer, today).filter(unit=commune, turn=Turn.ABSENT)
    assign(
        subject=PRODUCTS,
        ids=[row.pk for row in goods[:1]],
        team=team,
        note="Chụp lại ảnh nhãn, đăng lên sàn còn thiếu.",
        by=officer,
    )
