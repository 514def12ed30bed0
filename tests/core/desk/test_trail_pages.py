"""Reading the trail: who sees which entries, in which words, and that reading leaves its own mark."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.actions import record
from core.audit.models import AuditEntry
from core.audit.sealing import seal_due
from core.desk.trail import sheets, views
from core.desk.trail.queries import Asked, entries_visible_to, lines_of, narrowed
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Unit
from market.orders.actions import Receiver, place_purchase
from onboarding.households.models import Household
from tests.people import People, make_listing, make_producer, make_shop

pytestmark = pytest.mark.django_db
PAGE, FILE = "/ban-viec/nhat-ky/", "/ban-viec/nhat-ky/nhat-ky.csv"


@pytest.fixture
def elsewhere(people: People) -> Unit:
    """A commune of another province."""
    return Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent).order_by("pk")[0]


@pytest.fixture
def kiem(people: People) -> User:
    """The auditor of the whole country."""
    user = User.objects.create_user(username="kiem", full_name="Bùi Kiểm")
    give_grant(user=user, role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    return user


def note(action: str, label: str, unit: Unit | None = None, **more: object) -> AuditEntry:
    record(action, object_label=label, unit_code=unit.code if unit else "", **{"actor_id": None} | more)  # type: ignore[arg-type]
    return AuditEntry.objects.order_by("-pk")[0]


def seen(user: User) -> set[int]:
    return set(entries_visible_to(viewer_for(user)).values_list("pk", flat=True))


def test_everybody_reads_what_happened_in_their_area(people: People, kiem: User, elsewhere: Unit) -> None:
    AuditEntry.objects.all()
    here = note("household.registered", "household:1", people.commune).pk
    province = note("grant.given", "grant:1", people.commune.parent).pk
    far = note("household.registered", "household:2", elsewhere).pk
    nowhere = note("order.placed", "order:1").pk
    mine = {here, province, far, nowhere}
    readers = {name: seen(user) & mine for name, user in (people.users | {"kiem": kiem}).items()}
    assert readers == {
        "an": set(), "binh": set(), "dung": set(), "hanh": set(), "buu": set(),
        "chi": {here}, "phuong": {here, province}, "kiem": mine,
    }  # fmt: skip


def test_a_code_that_later_names_another_place_is_not_that_place(people: People) -> None:
    """Entries of a commune before it was there (its code was somebody else's then) are not its officers' business."""
    start = clock.now() - timedelta(days=30)
    Unit.objects.filter(pk=people.commune.pk).update(valid_from=start.astimezone(clock.VIETNAM).date())
    with time_machine.travel(start - timedelta(days=2)):
        before = note("household.registered", "household:1", people.commune)
    with time_machine.travel(start + timedelta(days=2)):
        after = note("household.registered", "household:2", people.commune)
    assert {before.pk, after.pk} & seen(people.users["chi"]) == {after.pk}


def test_lines_are_plain_vietnamese(people: People, elsewhere: Unit) -> None:
    chi = people.users["chi"]
    note(
        "listing.published",
        "listing:7",
        actor_id=chi.pk,
        on_behalf_of_id=people.users["an"].pk,
        on_behalf_of_label="producer:12",
        via="web",
    )
    note("order.released", "order:3", people.commune, via="work")
    note("order.placed", "order:4", elsewhere, via="web")
    note("person.made", "user:9", actor_id=987654)
    lines = lines_of(list(AuditEntry.objects.order_by("-pk")[:4]))
    assert [(line.what, line.object, line.who, line.for_whom, line.place, line.via) for line in lines] == [
        ("Mở tài khoản", "tài khoản số 9", "người số 987654", "", "", "lệnh vận hành"),
        ("Đặt hàng", "đơn hàng số 4", "khách không đăng nhập", "", str(elsewhere), "trang web"),
        ("Hủy đơn hàng chưa trả tiền", "đơn hàng số 3", "hệ thống", "", str(people.commune), "việc nền"),
        ("Đăng bán", "tin bán số 7", "Chi", "An, chủ thể số 12", "", "trang web"),
    ]


class TestNarrowing:
    @pytest.fixture
    def rows(self, people: People, elsewhere: Unit) -> dict[str, int]:
        made = {}
        for name, day, action, label, unit, actor in (
            ("early", 3, "household.registered", "household:1", people.commune, "hanh"),
            ("late", 9, "household.registered", "household:12", people.commune, "hanh"),
            ("priced", 9, "listing.written", "listing:1", None, "an"),
            ("far", 9, "grant.given", "grant:1", elsewhere, "chi"),
        ):
            with time_machine.travel(f"2026-03-{day:02d}T16:59:00Z", tick=False):  # 23:59 in Vietnam
                made[name] = note(action, label, unit, actor_id=people.users[actor].pk).pk
        return made

    def found(self, rows: dict[str, int], **asked: object) -> set[str]:
        entries = AuditEntry.objects.filter(pk__in=rows.values())
        kept = narrowed(entries, Asked(**asked), SYSTEM)  # type: ignore[arg-type]
        return {name for name, pk in rows.items() if kept.filter(pk=pk).exists()}

    def test_by_each_thing(self, rows: dict[str, int], people: People) -> None:
        day = {number: clock.date(2026, 3, number) for number in (3, 4, 9, 10)}
        assert self.found(rows) == set(rows)
        assert self.found(rows, until=day[3]) == {"early"}
        assert self.found(rows, since=day[4]) == self.found(rows, since=day[9]) == {"late", "priced", "far"}
        assert self.found(rows, since=day[10]) == set()
        assert self.found(rows, action="household.registered") == {"early", "late"}
        assert self.found(rows, who="Hanh") == {"early", "late"}
        assert self.found(rows, who="nobody of this name") == set()
        assert self.found(rows, kind="household") == {"early", "late"}
        assert self.found(rows, kind="household", number="1") == {"early"}
        assert self.found(rows, number="1") == {"early", "priced", "far"}
        assert self.found(rows, place=people.commune.code) == {"early", "late"}
        assert self.found(rows, place=people.commune.name.lower()) == {"early", "late"}
        assert people.commune.parent and self.found(rows, place=people.commune.parent.name) == {"early", "late"}
        assert self.found(rows, place="không có nơi này") == set()


def test_the_page_shows_them_newest_first_and_how_far_it_is_sealed(client: Client, people: People, kiem: User) -> None:
    note("listing.published", "listing:7", actor_id=people.users["an"].pk)
    seal_due()
    note("listing.paused", "listing:7", actor_id=people.users["an"].pk)
    client.force_login(kiem)
    page = client.get(PAGE).content.decode()
    assert page.index("Ngừng bán") < page.index("Đăng bán</td>" if "Đăng bán</td>" in page else "tin bán số 7")
    assert "Đã niêm phong đến hôm nay" in page and "còn 1 dòng chưa niêm phong" in page
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        client.force_login(kiem)
        assert "chờ quá hai phút" in client.get(PAGE).content.decode()


def test_paging_by_key_meets_every_entry_once_though_new_ones_come(
    client: Client, people: People, kiem: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_PAGE", 4)
    wanted = [note("listing.written", f"listing:{number}").pk for number in range(11)][::-1]
    client.force_login(kiem)
    met: list[int] = []
    address: str | None = f"{PAGE}?action=listing.written"
    while address:
        answer = client.get(address)
        met += [line.entry.pk for line in answer.context["lines"]]
        note("listing.written", "listing:99")
        older = answer.context["older"]
        address = f"{PAGE}?action=listing.written&truoc={older}" if older else None
    assert met == wanted


@pytest.mark.parametrize("mad", ["truoc=x", "truoc=-1", "truoc=99999999999999999999", "truoc=٣", "since=2026-99-99", "action=nothing.such", "since=2026-03-09&until=2026-03-01"])  # fmt: skip
def test_mad_addresses_break_nothing(client: Client, kiem: User, mad: str) -> None:
    client.force_login(kiem)
    assert client.get(f"{PAGE}?{mad}").status_code == 200
    assert client.get(f"{FILE}?{mad}").status_code == 200


def test_the_page_costs_the_same_for_one_entry_as_for_many(client: Client, kiem: User, people: People) -> None:
    client.force_login(kiem)

    def cost() -> int:
        client.get(f"{PAGE}?action=listing.written")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAGE}?action=listing.written")
        return len(queries)

    note("listing.written", "listing:1", people.commune, actor_id=kiem.pk)
    few = cost()
    for number in range(30):
        note("listing.written", f"listing:{number}", people.commune, actor_id=people.users["an"].pk)
    assert cost() == few


class TestTheFile:
    def rows(self, client: Client, query: str = "") -> list[list[str]]:
        answer = client.get(f"{FILE}{query}")
        assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
        text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert text.startswith("\ufeff")
        return list(csv.reader(io.StringIO(text[1:])))

    def test_it_holds_the_same_entries_and_runs_nothing(self, client: Client, kiem: User) -> None:
        evil = User.objects.create_user(username="evil", full_name='=HYPERLINK("http://x")')
        note("listing.written", "listing:1", actor_id=evil.pk, changes={"tên": ("An", "Bí mật")})
        note("listing.paused", "listing:2", actor_id=evil.pk)
        client.force_login(kiem)
        heading, *rows = self.rows(client, "?action=listing.written")
        assert heading[:3] == ["Số", "Lúc", "Người làm"]
        [row] = rows
        assert row[2:8] == ['\'=HYPERLINK("http://x")', "", "Viết tin bán", "tin bán số 1", "", "lệnh vận hành"]
        assert "Bí mật" not in str(rows) and len(row[9]) == 64

    def test_taking_it_away_is_noted(self, client: Client, kiem: User) -> None:
        for number in range(3):
            note("listing.written", f"listing:{number}")
        client.force_login(kiem)
        self.rows(client, "?action=listing.written")
        taken = AuditEntry.objects.get(action="audit.exported")
        assert (taken.actor_id, taken.object_label) == (kiem.pk, "rows:3")

    def test_it_is_bounded(self, client: Client, kiem: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheets, "MOST", 5)
        monkeypatch.setattr(sheets, "_AT_ONCE", 2)
        made = [note("listing.written", f"listing:{number}").pk for number in range(9)]
        client.force_login(kiem)
        rows = self.rows(client, "?action=listing.written")[1:]
        assert [int(row[0]) for row in rows] == made[:-6:-1]


class TestOneEntry:
    @pytest.fixture
    def changed(self, people: People) -> AuditEntry:
        return note("household.registered", "household:1", people.commune, changes={"số điện thoại": ("0912", "0987")})

    def test_its_words_open_on_a_press_which_is_noted(self, client: Client, kiem: User, changed: AuditEntry) -> None:
        client.force_login(kiem)
        address = f"{PAGE}{changed.pk}/"
        page = client.get(address).content.decode()
        assert "0987" not in page and "Xem nội dung đã đổi" in page
        assert not AuditEntry.objects.filter(action="audit.detail_read").exists()
        answer = client.post(address)
        assert "0912" in answer.content.decode() and "0987" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        noted = AuditEntry.objects.get(action="audit.detail_read")
        assert (noted.actor_id, noted.object_label, noted.unit_code) == (kiem.pk, "household:1", changed.unit_code)
        assert "0987" not in client.get(address).content.decode(), "shown once"

    def test_officers_see_that_there_was_a_change_but_not_which(
        self, client: Client, people: People, changed: AuditEntry
    ) -> None:
        client.force_login(people.users["chi"])
        address = f"{PAGE}{changed.pk}/"
        page = client.get(address).content.decode()
        assert "0987" not in page and "Xem nội dung đã đổi" not in page and "chỉ kiểm toán viên" in page
        before = list(AuditEntry.objects.values_list("pk", flat=True))
        assert client.post(address).status_code == 404
        assert list(AuditEntry.objects.values_list("pk", flat=True)) == before

    def test_an_auditor_reads_the_words_of_their_own_area_only(
        self, client: Client, people: People, elsewhere: Unit, changed: AuditEntry
    ) -> None:
        """An officer here who is an auditor elsewhere is an officer here."""
        give_grant(user=people.users["chi"], role=Role.AUDITOR, unit=elsewhere, given_by=SYSTEM)
        far = note("household.registered", "household:2", elsewhere, changes={"tên": ("a", "xem-được")})
        client.force_login(people.users["chi"])
        page = client.get(f"{PAGE}{changed.pk}/").content.decode()
        assert "Xem nội dung đã đổi" not in page
        before = AuditEntry.objects.count()
        assert client.post(f"{PAGE}{changed.pk}/").status_code == 404
        assert AuditEntry.objects.count() == before
        assert "xem-được" in client.post(f"{PAGE}{far.pk}/").content.decode()

    def test_an_entry_of_another_area_is_not_there(self, client: Client, people: People, elsewhere: Unit) -> None:
        far = note("household.registered", "household:2", elsewhere, changes={"tên": ("a", "b")})
        client.force_login(people.users["chi"])
        assert [client.get(f"{PAGE}{far.pk}/").status_code, client.post(f"{PAGE}{far.pk}/").status_code] == [404, 404]


class TestMyData:
    def told(self, client: Client, user: User) -> list[tuple[str, str]]:
        client.force_login(user)
        answer = client.get("/tai-khoan/du-lieu-cua-toi/")
        assert answer.status_code == 200
        return [(line.what, line.object) for line in answer.context["lines"]]

    def test_people_read_what_happened_to_them_and_theirs(self, client: Client, people: People) -> None:
        an = people.users["an"]
        shop = make_shop(people)
        buyer = User.objects.create_user(username="lan", full_name="Lan")
        order = place_purchase(
            wanted=[(make_listing(shop), 1)],
            receiver=Receiver("Lan", "+84903111222", "12 Lê Lợi", people.commune),
            by=viewer_for(buyer),
        )
        household = people.producer.household
        assert household is not None
        note("field.revealed", f"household:{household.pk}", people.commune, actor_id=people.users["chi"].pk)
        note("phone.set", f"user:{an.pk}")
        told = self.told(client, an)
        assert told[:2] == [
            ("Đổi số điện thoại đăng nhập", f"tài khoản số {an.pk}"),
            ("Xem đầy đủ số đã che", f"hộ số {household.pk}"),
        ]
        assert ("Mở gian hàng", f"gian hàng số {shop.pk}") in told
        assert ("Đặt hàng", f"đơn hàng số {order.pk}") not in told
        assert self.told(client, buyer) == [("Đặt hàng", f"đơn hàng số {order.pk}")]

    def test_the_helper_reads_of_the_producer_but_not_of_the_household(self, client: Client, people: People) -> None:
        told = self.told(client, people.users["binh"])
        assert any(thing.startswith("chủ thể") for _, thing in told) and not any(
            thing.startswith("hộ") for _, thing in told
        )

    def test_the_neighbour_reads_nothing_of_them(self, client: Client, people: People) -> None:
        dung = people.users["dung"]
        other = make_producer("Hộ Dũng", people.hamlet)
        note("field.revealed", f"producer:{people.producer.pk}", people.commune)
        assert Household.objects.count() == 2 and other.pk != people.producer.pk
        assert self.told(client, dung) == []

    def test_one_self_is_called_you(self, client: Client, people: People) -> None:
        an = people.users["an"]
        note("phone.set", f"user:{an.pk}", actor_id=an.pk)
        client.force_login(an)
        assert "bạn" in client.get("/tai-khoan/du-lieu-cua-toi/").content.decode()
