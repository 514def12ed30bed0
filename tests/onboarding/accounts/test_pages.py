"""An officer closes an account and opens it again, with a reason and a page that shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditDetail, AuditEntry
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from onboarding.accounts.actions import claim_account, claim_link, close_account, observe, report_account
from onboarding.accounts.models import AccountReport, Platform, PlatformAccount
from onboarding.accounts.queries import state_of_account
from tests.people import People

SHOP = "https://voso.vn/gian-hang/nha-an"
PROOF = "https://voso.vn/gian-hang/nha-an?ref=1"


@pytest.fixture
def account(people: People) -> PlatformAccount:
    """Hạnh claimed it, Phương has seen it."""
    hanh = people.viewer("hanh")
    made = claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=hanh)
    link = claim_link(account=made, url=SHOP, kind="shop", by=hanh)
    observe(link=link, result="live", observer="person", by=people.viewer("phuong"))
    return made


@pytest.fixture
def chi(people: People, client: Client) -> Client:
    client.force_login(people.users["chi"])
    return client


def closing(**changes: str) -> dict[str, str]:
    return {"on": f"{clock.today()}", "reason": "Không bán nữa", "evidence_url": PROOF} | changes


def state(account: PlatformAccount) -> str:
    return state_of_account(PlatformAccount.objects.get(pk=account.pk), clock.today())


def told(account: PlatformAccount, word: str) -> str:
    entry = AuditEntry.objects.get(action=word, object_label=f"platform_account:{account.pk}")
    return AuditDetail.objects.get(entry=entry).text


def test_from_the_household_to_closed_and_back(people: People, chi: Client, account: PlatformAccount) -> None:
    address = f"/xa/gian-hang/{account.pk}/"
    assert address in chi.get(f"/xa/ho/{people.producer.household_id}/").content.decode()
    assert f"{address}dong/" in chi.get(address).content.decode()
    assert f'value="{SHOP}"' in chi.get(f"{address}dong/").content.decode()  # its own page is likely what shows it
    done = chi.post(f"{address}dong/", closing(), follow=True).content.decode()
    assert "đã đóng" in done and "Không bán nữa" in done and PROOF in done and f"{address}mo-lai/" in done
    assert state(account) == "closed"
    assert PROOF in told(account, "platform_account.closed") and "Không bán nữa" in told(
        account, "platform_account.closed"
    )
    assert "Mở lại hoặc xem lại" in chi.get(f"/xa/ho/{people.producer.household_id}/").content.decode()
    again = chi.post(f"{address}mo-lai/", {"reason": "Đóng nhầm", "evidence_url": ""}, follow=True).content.decode()
    assert "Đóng nhầm" in again and f"{address}dong/" in again
    # Opening again proves nothing: who said so is one person, and what was seen before does not come back.
    assert state(account) == "claimed"
    said = AccountReport.objects.order_by("pk").values_list("result", "reason", "evidence_url", "reported_by")
    chi_id = people.users["chi"].pk
    assert list(said) == [("closed", "Không bán nữa", PROOF, chi_id), ("opened", "Đóng nhầm", "", chi_id)]
    assert "Đóng nhầm" in told(account, "platform_account.reopened")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "Hãy ghi lý do."),
        ({"evidence_url": ""}, "Hãy ghi liên kết"),
        ({"evidence_url": "javascript:alert(1)"}, "Liên kết chưa đúng"),
        ({"evidence_url": "ftp://voso.vn/x"}, "Liên kết bằng chứng chưa đúng"),
        ({"on": f"{clock.today() + timedelta(days=2)}"}, "Ngày đóng phải"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    chi: Client, account: PlatformAccount, changes: dict[str, str], words: str
) -> None:
    trail = AuditEntry.objects.count()
    page = chi.post(f"/xa/gian-hang/{account.pk}/dong/", closing(**changes))
    assert page.status_code == 200 and words in page.content.decode()
    assert changes.get("reason", "Không bán nữa").strip() in page.content.decode()
    assert (state(account), AccountReport.objects.count(), AuditEntry.objects.count()) == ("verified", 0, trail)


def test_who_may_not(people: People, chi: Client, account: PlatformAccount) -> None:
    """Neither an owner, a team, a neighbour's officer, nor anybody on a simulated platform."""
    next_door = people.commune.parent.children.exclude(pk=people.commune.pk)[0]
    give_grant(user=people.users["dung"], role=Role.COMMUNE, unit=next_door, given_by=SYSTEM)
    trail, addresses = AuditEntry.objects.count(), ("", "dong/", "mo-lai/")
    browser = Client()
    for name in ("an", "hanh", "dung"):
        browser.force_login(people.users[name])
        for end in addresses:
            assert browser.get(f"/xa/gian-hang/{account.pk}/{end}").status_code == 404
        assert browser.post(f"/xa/gian-hang/{account.pk}/dong/", closing()).status_code == 404
    simulated = claim_account(platform=Platform.objects.get(code="santhu"), producer=people.producer, by=SYSTEM)
    assert chi.get(f"/xa/gian-hang/{simulated.pk}/").status_code == 404
    assert (state(account), AccountReport.objects.count()) == ("verified", 0)
    assert AuditEntry.objects.exclude(action="platform_account.claimed").count() <= trail


def test_a_page_for_the_other_state_leads_back(people: People, chi: Client, account: PlatformAccount) -> None:
    address = f"/xa/gian-hang/{account.pk}/"
    assert chi.post(f"{address}mo-lai/", {"reason": "x"}).headers["Location"] == address
    close_account(account=account, on=clock.today(), reason="x", by=people.viewer("chi"))
    assert chi.post(f"{address}dong/", closing()).headers["Location"] == address
    assert AccountReport.objects.count() == 1


def test_another_open_one_hinders_and_is_said(people: People, chi: Client, account: PlatformAccount) -> None:
    close_account(account=account, on=clock.today(), reason="x", by=people.viewer("chi"))
    claim_account(platform=account.platform, producer=people.producer, by=people.viewer("chi"))
    page = chi.post(f"/xa/gian-hang/{account.pk}/mo-lai/", {"reason": "Bán lại"})
    assert "đóng gian hàng đó trước" in page.content.decode() and state(account) == "closed"


def test_each_page_says_who_looked_and_what_was_there(people: People, chi: Client, account: PlatformAccount) -> None:
    by = people.viewer("hanh")
    missing, unseen = (
        claim_link(account=account, url=f"https://voso.vn/mat-ong-p{number}.html", by=by) for number in (7, 8)
    )
    sold = claim_link(account=account, url="https://voso.vn/hat-dieu-p9.html", by=by)
    observe(link=sold, result="live", observer="adapter", robot="máy", by=SYSTEM)
    robot: dict[str, Any] = {"observer": "robot", "robot": "LenSan/1.0", "by": SYSTEM}
    observe(link=sold, result="live", seen_title="Hạt <b>điều", seen_price=50_000, **robot)
    observe(link=missing, result="uncheckable", reason="missing", **robot)
    page = chi.get(f"/xa/gian-hang/{account.pk}/").content.decode()
    shown = [page.index(each) for each in (missing.url, sold.url, SHOP, unseen.url)]
    assert shown == sorted(shown), "the page looked at last stands first, the one nobody opened last"
    for words in (
        "Không kiểm tra được: sàn báo không có trang này.",
        "Thấy đang bán: Hạt &lt;b&gt;điều, 50.000\u00a0đ.",
        "Trang sản phẩm. Xem bởi máy xem trang.",
        f"Xem bởi {people.users['phuong'].full_name}. Mã bằng chứng ",
        sold.observations.latest("pk").evidence_hash[:8],
        "Chưa có ai mở trang này.",
    ):
        assert words in page, words


def test_many_reports_cost_as_much_as_one(people: People, chi: Client, account: PlatformAccount) -> None:
    def report(**changes: Any) -> None:
        said = {"result": "opened", "reporter": "person", "reason": "đang bán", "by": people.viewer("hanh")}
        report_account(account=account, **said | changes)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert "đang bán" in chi.get(f"/xa/gian-hang/{account.pk}/").content.decode()
        return len(queries)

    report()
    first = cost()
    for number in range(25):
        report(evidence_url=f"https://voso.vn/{number}")
    assert (first, cost()) == (9, 9)  # its reports, and what was done with it
