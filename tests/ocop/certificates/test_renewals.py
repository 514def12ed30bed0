"""Files for re-assessment, the list of what ends, and the words to makers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit.clock import day_of
from core.messages.models import Message
from core.people.models import User
from ocop.certificates.actions.renewing import FileRefused, record_file, record_result
from ocop.certificates.actions.telling import tell_of_ending
from ocop.certificates.jobs import tell_makers
from ocop.certificates.models import Certificate, RenewalFile, RenewalNotice
from ocop.certificates.queries import Group, certificates_to_renew, groups_counted
from ocop.certificates.renewals import lateness, mark_reached
from ocop.certificates.rules import State
from ocop.register.models import OcopProduct
from tests.ocop.conftest import Land, listing, owner, paper, product, viewer

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


def ending(end: date, *, name: str = "Trà", land: Land, stars: int = 4) -> Certificate:
    """A paper that ends on this day."""
    return paper(product(name, unit=land.phu_thuy), stars, end.replace(year=end.year - 3).isoformat())


def on(day: date) -> Any:
    return time_machine.travel(f"{day}T05:00:00+00:00", tick=False)


@pytest.mark.parametrize(("days", "found"), [(181, -1), (180, 0), (121, 0), (120, 0), (119, 1), (0, 1)])
def test_in_time_from_180_to_120_days_before_the_end(days: int, found: int) -> None:
    end = date(2027, 5, 7)
    assert lateness(end, end - timedelta(days=days)) == found


@pytest.mark.parametrize(
    ("left", "mark"), [(181, None), (180, 180), (121, 180), (120, 120), (31, 120), (30, 30), (0, 30), (-1, None)]
)
def test_the_marks(left: int, mark: int | None) -> None:
    end = date(2027, 5, 7)
    assert mark_reached(end, end - timedelta(days=left)) == mark


def test_a_file_stops_the_clock_and_its_result_starts_it_again(land: Land, chi: User, phuong: User) -> None:
    certificate = ending(TODAY + timedelta(days=100), land=land)
    assert certificate.state_on(TODAY) == State.RENEWAL_LATE
    file = record_file(
        certificate=certificate, kind="renewal", submitted_on=TODAY - timedelta(days=3), note="BN 12", by=viewer(chi)
    )
    assert (file.recorded_by, day_of(file.recorded_at), file.result) == (chi, TODAY, "pending")
    after_end = TODAY + timedelta(days=101)
    fresh = Certificate.objects.get()
    assert (fresh.state_on(TODAY), fresh.state_on(after_end)) == (State.VALID, State.EXTENDED)
    with pytest.raises(PermissionError):
        record_result(file=file, result="refused", on=TODAY, note="", by=viewer(chi))
    record_result(file=file, result="refused", on=TODAY, note="", by=viewer(phuong))
    fresh = Certificate.objects.get()
    assert (fresh.state_on(TODAY), fresh.state_on(after_end)) == (State.RENEWAL_LATE, State.EXPIRED)
    with pytest.raises(FileRefused, match="đã có kết quả"):
        record_result(file=file, result="recognised", on=TODAY, note="", by=viewer(phuong))


@pytest.mark.parametrize(
    ("submitted", "kind", "words"),
    [
        (TODAY + timedelta(days=1), "renewal", "đến hôm nay"),
        (date(2023, 1, 1), "renewal", "từ ngày công nhận"),
        (TODAY - timedelta(days=90), "renewal", "180 ngày trước khi hết hạn"),
        (TODAY, "gift", "chọn loại"),
    ],
)
def test_what_is_no_file(land: Land, chi: User, submitted: date, kind: str, words: str) -> None:
    certificate = ending(TODAY + timedelta(days=100), land=land)
    with pytest.raises(FileRefused, match=words):
        record_file(certificate=certificate, kind=kind, submitted_on=submitted, note="", by=viewer(chi))
    assert not RenewalFile.objects.exists()


def test_an_upgrade_may_be_filed_at_any_time_but_one_file_at_a_time(land: Land, chi: User, dung: User) -> None:
    certificate = ending(TODAY + timedelta(days=600), land=land)
    with pytest.raises(PermissionError):
        record_file(certificate=certificate, kind="upgrade", submitted_on=TODAY, note="", by=viewer(dung))
    record_file(certificate=certificate, kind="upgrade", submitted_on=TODAY, note="", by=viewer(chi))
    with pytest.raises(FileRefused, match="đang xét"):
        record_file(certificate=certificate, kind="upgrade", submitted_on=TODAY, note="", by=viewer(chi))
    assert RenewalFile.objects.count() == 1


def test_a_file_from_before_the_end_written_down_after_it_takes_a_proof_and_the_province_and_is_shown(
    land: Land, chi: User, phuong: User
) -> None:
    certificate = ending(TODAY - timedelta(days=10), land=land)
    submitted = TODAY - timedelta(days=140)
    with pytest.raises(FileRefused, match="chỉ cán bộ tỉnh"):
        record_file(certificate=certificate, kind="renewal", submitted_on=submitted, note="BN 1", by=viewer(chi))
    with pytest.raises(FileRefused, match="số biên nhận"):
        record_file(certificate=certificate, kind="renewal", submitted_on=submitted, note=" ", by=viewer(phuong))
    record_file(certificate=certificate, kind="renewal", submitted_on=submitted, note="BN 1", by=viewer(phuong))
    client = Client()
    client.force_login(phuong)
    text = client.get(f"/bang/giay/{certificate.pk}/ho-so/").content.decode()
    assert "Ghi vào sổ muộn 140 ngày, ngày 22/11/2026." in text and "Ghi sau khi giấy đã hết hạn." in text


def test_by_page_the_errors_stand_there_and_what_was_typed_stays(land: Land, chi: User, phuong: User) -> None:
    certificate = ending(TODAY + timedelta(days=100), land=land)
    client = Client()
    client.force_login(chi)
    address = f"/bang/giay/{certificate.pk}/ho-so/"
    answer = client.post(address, {"kind": "renewal", "submitted_on": "2026-11-23", "note": "BN 77"})
    assert answer.status_code == 422 and "BN 77" in answer.content.decode()
    assert client.post(address, {"kind": "renewal", "submitted_on": "2026-11-20", "note": "BN 77"}).status_code == 302
    file = RenewalFile.objects.get()
    assert "Ghi kết quả" not in client.get(address).content.decode()
    assert client.post(f"{address}{file.pk}/ket-qua/", {"result": "recognised", "on": "2026-11-22"}).status_code == 404
    client.force_login(phuong)
    assert client.post(f"{address}{file.pk}/ket-qua/", {"result": "", "on": "2026-11-22"}).status_code == 422
    assert client.post(f"{address}{file.pk}/ket-qua/", {"result": "recognised", "on": "2026-11-22"}).status_code == 302
    file.refresh_from_db()
    assert (file.result, file.result_on) == ("recognised", TODAY)


def test_the_list_by_what_is_to_be_done(land: Land, phuong: User, dung: User) -> None:
    def named(name: str, days: int) -> Certificate:
        return ending(TODAY + timedelta(days=days), name=name, land=land)

    def pending(of: Certificate, days_before: int) -> None:
        assert of.earliest_end is not None
        RenewalFile.objects.create(
            certificate=of,
            submitted_on=of.earliest_end - timedelta(days=days_before),
            recorded_at="2026-11-22T05:00:00Z",
        )

    named("xa", 181)
    for name, days in (("mở", 180), ("mở cuối", 120), ("muộn", 119), ("sắp", 30), ("hôm nay", 0), ("qua", -1), ("qua 90", -90), ("qua 91", -91)):  # fmt: skip
        named(name, days)
    pending(named("nộp", 60), 130)
    pending(named("kéo dài", -91), 130)
    pending(named("kéo dài cuối", -180), 130)
    pending(named("hết kéo dài", -181), 130)
    renewed = named("có giấy mới", -5)
    paper(renewed.product, 4, "2026-11-20")
    revoked = named("thu hồi", 20)
    Certificate.objects.filter(pk=revoked.pk).update(revoked_on=TODAY, revoked_reason="x")
    ending(TODAY + timedelta(days=10), name="hai sao", land=land, stars=2)
    rows = certificates_to_renew(viewer(phuong), TODAY)
    found = [(row.product.name, row.group) for row in rows]
    assert found == [
        ("kéo dài cuối", Group.EXTENDED), ("kéo dài", Group.EXTENDED), ("qua 90", Group.LAPSED), ("qua", Group.LAPSED),
        ("hôm nay", Group.SOON), ("sắp", Group.SOON), ("nộp", Group.FILED), ("muộn", Group.LATE), ("mở cuối", Group.OPEN),
        ("mở", Group.OPEN),
    ]  # fmt: skip
    assert groups_counted(rows) == {"keo-dai": 2, "het-han": 2, "30": 2, "da-nop": 1, "120": 1, "180": 2}
    assert list(certificates_to_renew(viewer(dung), TODAY)) == []
    client = Client()
    client.force_login(phuong)
    text = client.get("/bang/den-ky/", {"nhom": "30"}).content.decode()
    assert "hôm nay" in text and "sắp" in text and "kéo dài cuối" not in text and "còn 30 ngày" in text
    assert "2 giấy OCOP" not in text
    assert "3 giấy OCOP còn dưới 120 ngày" in client.get("/ban-viec/").content.decode()


def test_the_list_costs_the_same_for_one_and_for_25(land: Land, phuong: User) -> None:
    client = Client()
    client.force_login(phuong)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/bang/den-ky/").status_code == 200
        return len(queries)

    ending(TODAY + timedelta(days=5), land=land)
    client.get("/bang/den-ky/")
    one = cost()
    for number in range(24):
        ending(TODAY + timedelta(days=number + 6), land=land)
    assert (one, cost()) == (9, 9)


@pytest.fixture
def ans(land: Land, an: User) -> Certificate:
    """A paper of the producer An sells for; it ends on 7 May 2027."""
    certificate = ending(date(2027, 5, 7), land=land)
    sold = listing("Trà", land.phu_thuy)
    owner(an, sold)
    OcopProduct.objects.update(producer=sold.shop.producer)
    return certificate


def notices() -> list[int]:
    return list(RenewalNotice.objects.order_by("-days").values_list("days", flat=True))


def test_makers_are_told_once_at_each_mark(ans: Certificate, an: User) -> None:
    end = date(2027, 5, 7)
    told = []
    for left in (181, 180, 180, 179, 121, 120, 119, 30, 1, 0, -1):
        with on(end - timedelta(days=left)):
            told.append(tell_makers())
    assert told == [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0]
    assert notices() == [180, 120, 30]
    assert (
        list(Message.objects.order_by("pk").values_list("user", "kind", "channel"))
        == [(an.pk, "certificate.ending", "inbox")] * 3
    )
    assert (
        "07/01/2027" in Message.objects.order_by("pk")[0].text
        and "còn 180 ngày" in Message.objects.order_by("pk")[0].text
    )


def test_a_job_that_did_not_run_for_weeks_tells_the_last_mark_only(ans: Certificate) -> None:
    with on(date(2027, 5, 7) - timedelta(days=20)):
        assert tell_makers() == 1
        assert tell_makers() == 0
    assert (notices(), Message.objects.count()) == ([180, 120, 30], 1)


def test_a_worker_killed_between_message_and_notice_has_said_nothing(
    ans: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date(2027, 5, 7) - timedelta(days=30)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with on(today):
        with monkeypatch.context() as patched:
            patched.setattr(RenewalNotice.objects, "bulk_create", die)
            with pytest.raises(KeyboardInterrupt):
                tell_makers()
        assert (notices(), Message.objects.count()) == ([], 0)
        assert tell_makers() == 1
    assert (notices(), Message.objects.count()) == ([180, 120, 30], 1)


def test_nobody_is_told_without_a_way_to_them_or_while_a_file_is_under_way(ans: Certificate, land: Land) -> None:
    today = date(2027, 5, 7) - timedelta(days=100)
    stranger = ending(date(2027, 5, 7), name="Không ai", land=land)
    with on(today):
        assert tell_of_ending(certificate=stranger, today=today) is False
        RenewalFile.objects.create(certificate=ans, submitted_on=today, recorded_at="2026-11-22T05:00:00Z")
        assert tell_makers() == 0
    assert (notices(), Message.objects.count()) == ([], 0)


def test_the_maker_sees_it_at_home(ans: Certificate, an: User) -> None:
    client = Client()
    with on(date(2027, 5, 7) - timedelta(days=100)):
        client.force_login(an)
        assert "hết hạn ngày 07/05/2027, còn 100 ngày" in client.get("/nguoi-ban/").content.decode()
    with on(date(2027, 5, 8)):
        client.force_login(an)
        assert "hết hạn ngày 07/05/2027" not in client.get("/nguoi-ban/").content.decode()
