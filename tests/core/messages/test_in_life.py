"""What people are really told today: a grant, its end, a paid order, a refused listing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from core.kit import clock
from core.messages.jobs import send_due
from core.messages.models import Message
from core.people.actions import give_grant
from core.people.grants.actions import end_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from market.platforms.sandbox.process import Double, running_double
from onboarding.producers.actions import add_member
from tests.core.messages.conftest import SmsDouble
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing, make_producer, make_shop, shop_for

pytestmark = pytest.mark.django_db


def told(people: People, name: str, kind: str) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(user=people.users[name], kind=kind, channel="inbox", state="sent").order_by("pk")
    return [(row.title, row.text, row.link) for row in rows]


def test_a_grant_and_its_early_end(people: People) -> None:
    Message.objects.all().delete()
    today = clock.today()
    chi = people.viewer("chi")
    grant = give_grant(
        user=people.users["dung"], role=Role.TEAM_LEAD, unit=people.commune, given_by=chi, valid_to=today + timedelta(days=30)
    )  # fmt: skip
    [(title, text, _)] = told(people, "dung", "grant.given")
    assert title == "Bạn được giao việc: tổ trưởng tổ công nghệ số"
    last = (today + timedelta(days=29)).strftime("%d/%m/%Y")
    assert text.split("\n") == [
        f"Nơi: {people.commune}.",
        f"Từ ngày {today:%d/%m/%Y} đến hết ngày {last}.",
        "Người giao: Chi.",
        "Nếu bạn không biết việc này, hãy báo cán bộ xã.",
    ]
    end_grant(grant=grant, by=chi, reason="Chuyển công tác.")
    [(title, text, _)] = told(people, "dung", "grant.ended")
    assert title == "Việc tổ trưởng tổ công nghệ số của bạn đã kết thúc"
    assert f"Hết từ ngày {today:%d/%m/%Y}." in text and "Lý do: Chuyển công tác." in text
    assert Message.objects.exclude(user=people.users["dung"]).count() == 0  # nobody else is told


def test_a_paid_order_is_told_to_each_seller_of_their_own_goods(people: People) -> None:
    cashews = make_listing(make_shop(people), name="Hạt điều rang", price=50_000)
    producer = make_producer("Hộ Dũng", people.hamlet)
    add_member(user=people.users["dung"], producer=producer, right="owner", by=SYSTEM, how="bài thử")
    pepper = make_listing(shop_for(producer, "Nhà Dũng", people.viewer("dung")), name="Tiêu sọ", price=90_000)
    order = ordered((cashews, 2), (pepper, 1))
    assert told(people, "an", "order.paid") == []
    call = notice(attempt_for(order))
    assert [send_ipn(call), send_ipn(call)] == ["00", "02"]
    expected = (
        f"Đơn {order.code}01 đã trả tiền, hãy đóng gói",
        "2 × Hạt điều rang.\nTiền của đơn: 100.000 đ. Người nhận và địa chỉ ở trang Đơn hàng.",
        f"/nguoi-ban/don-hang/{order.code}01",
    )
    assert told(people, "an", "order.paid") == told(people, "binh", "order.paid") == [expected]
    [(_, text, _)] = told(people, "dung", "order.paid")
    assert text.startswith("1 × Tiêu sọ.\nTiền của đơn: 90.000 đ.") and "điều" not in text
    everything = " ".join(message.title + message.text for message in Message.objects.all())
    for private in (order.receiver_name, "903111222", "903 111 222", order.receiver_address):
        assert private not in everything


def test_a_failed_payment_tells_nobody(people: People) -> None:
    order = ordered((make_listing(make_shop(people)), 1))
    send_ipn(notice(attempt_for(order), response="24", status="02"))
    assert told(people, "an", "order.paid") == []


@pytest.fixture(scope="module")
def market_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    with running_double(tmp_path_factory.mktemp("san")) as double:
        yield double


def test_a_refused_listing_is_told_with_its_reason_once(
    people: People, market_process: Double, settings: object, tmp_path: Path
) -> None:
    settings.SANDBOX_MARKET = {"url": market_process.url, "key": market_process.key}  # type: ignore[attr-defined]
    engine = Engine(make_listing(make_shop(people), name="Hạt điều rang"), market_process)
    engine.push()
    market_process.reject(engine.row.remote_id, ("name", "Thiếu tên vùng."))
    engine.look()
    engine.look()
    [(title, text, link)] = told(people, "an", "listing.refused")
    assert title == f"{engine.row.connection.platform.name} chưa nhận «Hạt điều rang»"
    assert text.startswith("Lý do: ") and text.endswith("tin sẽ tự gửi lần nữa.")
    an = Client()
    an.force_login(people.users["an"])
    assert an.get(link).status_code == 200
    assert len(told(people, "binh", "listing.refused")) == 1 and told(people, "dung", "listing.refused") == []
    page = an.get("/hop-thu/").content.decode()
    number = re.search(r"Hộp thư \((\d+)\)", page)
    assert number is not None and int(number.group(1)) >= 1


def test_a_sign_in_code_reaches_the_phone_and_opens_the_door(people: People, sms_double: SmsDouble) -> None:
    """From the page over the queue and the provider to the phone and back to the page."""
    an = people.users["an"]
    an.phone = "+84912345678"
    an.save()
    browser = Client()
    browser.post("/dang-nhap/dien-thoai/", {"phone": "0912 345 678"})
    message = Message.objects.get(kind="sign_in.code")
    send_due({"message": message.pk})
    [sms] = sms_double.sent
    found = re.search(r"Len San: (\d{6})\.", sms["text"])
    assert sms["phone"] == "84912345678" and found is not None
    assert not browser.session.get("_auth_user_id")
    browser.post("/dang-nhap/dien-thoai/ma/", {"code": found.group(1)})
    assert browser.session["_auth_user_id"] == str(an.pk)
    row = Message.objects.get(pk=message.pk)
    assert (row.state, row.text) == ("sent", "") and found.group(1) not in str(vars(row))
