"""Claiming with what is known, closing with a reason and a day, opening again: all in the trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.audit.models import AuditDetail, AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM
from onboarding.accounts.actions import (
    AccountFacts,
    AccountRefused,
    LinkRefused,
    SellerTaken,
    claim_account,
    claim_link,
    close_account,
    reopen_account,
)
from onboarding.accounts.models import AccountReport, OutsideLink, Platform, PlatformAccount
from onboarding.accounts.queries import state_of_account
from tests.people import People, make_producer

FACTS = AccountFacts("VS01", clock.today() - timedelta(days=9), "team", "+84912345678")


@pytest.fixture
def voso(people: People) -> Platform:
    return Platform.objects.get(code="voso")


@pytest.fixture
def account(people: People, voso: Platform) -> PlatformAccount:
    return claim_account(platform=voso, producer=people.producer, by=people.viewer("hanh"), facts=FACTS)


def trail() -> list[str]:
    words = AuditEntry.objects.filter(object_label__startswith="platform_account:").order_by("pk")
    return list(words.values_list("action", flat=True))


def test_what_is_known_is_kept_and_what_is_said_later_only_fills_in(people: People, voso: Platform) -> None:
    first = claim_account(platform=voso, producer=people.producer, by=people.viewer("hanh"))
    again = claim_account(platform=voso, producer=people.producer, by=people.viewer("chi"), facts=FACTS)
    other = AccountFacts("VS99", None, "self", "+84999999999")
    claim_account(platform=voso, producer=people.producer, by=people.viewer("chi"), facts=other)
    again.refresh_from_db()
    assert first.pk == again.pk
    assert (again.seller_id, again.opened_on, again.opened_by, again.phone) == tuple(vars(FACTS).values())
    assert PlatformAccount.objects.get(phone_index__of="+84912345678") == again
    assert trail() == ["platform_account.claimed", "platform_account.changed"]
    told = [detail.text for detail in AuditDetail.objects.filter(entry__object_label=f"platform_account:{again.pk}")]
    assert any("số điện thoại" in text for text in told) and not any("12345" in text for text in told)


def test_one_seller_id_belongs_to_one_open_account(people: People, voso: Platform, account: PlatformAccount) -> None:
    neighbour = make_producer("Hộ Dũng", people.hamlet)
    with pytest.raises(SellerTaken):
        claim_account(platform=voso, producer=neighbour, by=SYSTEM, seller_id="VS01")
    assert not neighbour.platform_accounts.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlatformAccount.objects.create(
            platform=voso, producer=neighbour, seller_id="VS01", claimed_at=account.claimed_at
        )


@pytest.mark.parametrize(
    ("code", "url", "kept"),
    [
        (
            "voso",
            "https://www.voso.vn/gian-hang/nha-an?utm_source=zalo&fbclid=x#top",
            "https://voso.vn/gian-hang/nha-an",
        ),
        ("voso", "https://voso.vn/", None),
        ("voso", "https://facebook.com/nha-an", None),
        ("postmart", "https://nongsan.buudien.vn/shop/nha-an", "https://nongsan.buudien.vn/shop/nha-an"),
        ("postmart", "https://postmart.vn.dung.example/shop", None),
    ],
)
def test_the_shops_own_page(people: People, code: str, url: str, kept: str | None) -> None:
    account = claim_account(platform=Platform.objects.get(code=code), producer=people.producer, by=SYSTEM)
    if kept is None:
        with pytest.raises(LinkRefused, match="gian hàng"):
            claim_link(account=account, url=url, by=SYSTEM, kind="shop")
    else:
        claim_link(account=account, url=url, by=SYSTEM, kind="shop")
    assert list(OutsideLink.objects.values_list("url", "kind")) == ([(kept, "shop")] if kept else [])


def test_closing_and_opening_again(people: People, account: PlatformAccount) -> None:
    today = clock.today()
    close_account(account=account, on=today, reason="Không bán nữa", by=people.viewer("chi"))
    close_account(account=account, on=today, reason="lần nữa", by=people.viewer("an"))
    assert state_of_account(PlatformAccount.objects.get(), today) == "closed"
    reopened = reopen_account(account=account, reason="Bán lại", by=people.viewer("an"))
    reopen_account(account=account, reason="Bán lại", by=people.viewer("an"))
    assert (reopened.closed_on, state_of_account(reopened, today)) == (None, "claimed")
    reports = AccountReport.objects.order_by("pk").values_list("result", "reporter", "reason")
    assert list(reports) == [("closed", "person", "Không bán nữa"), ("opened", "person", "Bán lại")]
    assert trail() == [
        "platform_account.claimed", "platform_account.reported", "platform_account.closed",
        "platform_account.reported", "platform_account.reopened",
    ]  # fmt: skip


def test_what_cannot_be_closed_or_opened_so(people: People, voso: Platform, account: PlatformAccount) -> None:
    today, chi = clock.today(), people.viewer("chi")
    for on, reason in ((today, " "), (today + timedelta(days=1), "x"), (today - timedelta(days=10), "x")):
        with pytest.raises(AccountRefused):
            close_account(account=account, on=on, reason=reason, by=chi)
    for name in ("dung", "buu"):
        with pytest.raises(PermissionError):
            close_account(account=account, on=today, reason="x", by=people.viewer(name))
    account.refresh_from_db()
    assert (account.closed_on, AccountReport.objects.count()) == (None, 0)
    close_account(account=account, on=today, reason="x", by=chi)
    claim_account(platform=voso, producer=people.producer, by=chi)
    with pytest.raises(AccountRefused, match="đóng gian hàng đó trước"):
        reopen_account(account=account, reason="Bán lại", by=chi)
    with pytest.raises(PermissionError):
        reopen_account(account=account, reason="Bán lại", by=people.viewer("dung"))
    account.refresh_from_db()
    assert account.closed_on == today
