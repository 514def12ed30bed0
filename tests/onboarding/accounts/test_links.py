"""Links on platforms: one page, one address, one account; and what was seen there stays as it was seen."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from hypothesis import given
from hypothesis import strategies as st

from core.audit.models import AuditEntry
from core.people.queries import SYSTEM
from onboarding.accounts.actions import LinkRefused, claim_account, claim_link, normalise_link, observe
from onboarding.accounts.models import Observation, OutsideLink, Platform, PlatformAccount
from tests.people import People, make_producer

PAGE = "https://voso.vn/nuoc-mam-phan-thiet-p123456.html"


@pytest.mark.parametrize(
    "written",
    [
        PAGE,
        "http://voso.vn/nuoc-mam-phan-thiet-p123456.html",
        "https://www.voso.vn/nuoc-mam-phan-thiet-p123456.html",
        "https://VOSO.VN/nuoc-mam-phan-thiet-p123456.html",
        f"  {PAGE}\n",
        f"{PAGE}/",
        f"{PAGE}?utm_source=zalo&fbclid=IwAR0x",
        f"{PAGE}#danh-gia",
        "https://voso.vn:443/nuoc-mam-phan-thiet-p123456.html",
        "https://an:mat-khau@voso.vn/nuoc-mam-phan-thiet-p123456.html",
    ],
)
def test_one_page_has_one_address(written: str) -> None:
    assert normalise_link(written) == PAGE


@pytest.mark.parametrize(
    "written",
    [
        "",
        "voso.vn/x-p1.html",
        "javascript:alert(1)",
        "ftp://voso.vn/x",
        "https://",
        "https:///x-p1.html",
        "https://[",
        "https://voso.vn:99999/x-p1.html",
        "https://voso.vn:x/",
        "https://voso.vn/" + "x" * 400,
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(LinkRefused, match="Liên kết"):
        normalise_link(written)


@given(st.one_of(st.text(), st.text(alphabet="htps:/.@[]?#%voson123-").map(lambda rest: f"https://{rest}")))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        once = normalise_link(text)
    except LinkRefused:
        return
    assert normalise_link(once) == once


@pytest.fixture
def voso(people: People) -> Platform:
    return Platform.objects.get(code="voso")


@pytest.fixture
def account(people: People, voso: Platform) -> PlatformAccount:
    """An's account on VoSo."""
    return claim_account(platform=voso, producer=people.producer, by=people.viewer("an"))


@pytest.fixture
def neighbours(people: People, voso: Platform) -> PlatformAccount:
    """Dũng's account on VoSo."""
    return claim_account(platform=voso, producer=make_producer("Hộ Dũng", people.hamlet), by=people.viewer("dung"))


def test_an_account_is_claimed_once(people: People, voso: Platform, account: PlatformAccount) -> None:
    entries = AuditEntry.objects.filter(action="platform_account.claimed").count()
    assert claim_account(platform=voso, producer=people.producer, by=people.viewer("binh")) == account
    assert AuditEntry.objects.filter(action="platform_account.claimed").count() == entries == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        PlatformAccount.objects.create(platform=voso, producer=people.producer, claimed_at=account.claimed_at)


def test_the_same_page_is_one_link(people: People, account: PlatformAccount) -> None:
    link = claim_link(account=account, url=PAGE, by=people.viewer("an"))
    assert claim_link(account=account, url=f"http://www.voso.vn{PAGE[15:]}?utm_source=zalo", by=SYSTEM) == link
    assert list(OutsideLink.objects.values_list("url", "account_id", "claimed_by_id")) == [
        (PAGE, account.pk, people.users["an"].pk)
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://postmart.vn/p/nuoc-mam-123.html",
        "https://voso.vn/",
        "https://voso.vn/gian-hang/nha-an",
        "https://voso.vn.dung.example/x-p1.html",
        "https://dung.example/https://voso.vn/x-p1.html",
        "https://voso.vn@dung.example/x-p1.html",
        "https://dung.example/?https://voso.vn/x-p1.html",
    ],
)
def test_a_page_of_another_place_is_refused(account: PlatformAccount, url: str) -> None:
    with pytest.raises(LinkRefused, match="VoSo"):
        claim_link(account=account, url=url, by=SYSTEM)
    assert not OutsideLink.objects.exists()


def test_pages_of_postmart_under_its_old_and_new_name(people: People) -> None:
    platform = Platform.objects.get(code="postmart")
    account = claim_account(platform=platform, producer=people.producer, by=SYSTEM)
    for url in ("https://postmart.vn/p/nuoc-mam-123.html", "https://buudien.vn/san-pham/nuoc-mam"):
        assert claim_link(account=account, url=url, by=SYSTEM).url == url


def test_dung_cannot_take_ans_page(people: People, account: PlatformAccount, neighbours: PlatformAccount) -> None:
    link = claim_link(account=account, url=PAGE, by=people.viewer("an"))
    with pytest.raises(LinkRefused, match="gian hàng khác"):
        claim_link(account=neighbours, url=f"{PAGE}?ref=dung", by=people.viewer("dung"))
    assert list(OutsideLink.objects.values_list("pk", "account_id")) == [(link.pk, account.pk)]
    assert not neighbours.links.exists()


def test_what_was_seen_is_added_with_a_hash_over_it(people: People, account: PlatformAccount) -> None:
    link = claim_link(account=account, url=PAGE, by=SYSTEM)
    with time_machine.travel("2026-05-01T03:00:00Z", tick=False):
        seen = observe(link=link, result="live", observer="person", by=people.viewer("buu"), seen_title="Nước mắm",
                       seen_price=50_000)  # fmt: skip
    facts = [PAGE, "live", "2026-05-01T03:00:00+00:00", "Nước mắm", 50_000]
    assert seen.evidence_hash == hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
    observe(link=link, result="gone", observer="adapter", by=SYSTEM)
    assert list(link.observations.order_by("pk").values_list("result", "observer", "observed_by__username")) == [
        ("live", "person", "buu"),
        ("gone", "adapter", None),
    ]


def test_observations_are_only_added(people: People, account: PlatformAccount) -> None:
    link = claim_link(account=account, url=PAGE, by=SYSTEM)
    seen = observe(link=link, result="live", observer="person", by=people.viewer("buu"))
    before = list(Observation.objects.values())
    seen.result = "gone"
    attempts: list[Any] = [
        seen.save,
        seen.delete,
        lambda: Observation.objects.update(result="gone"),
        lambda: link.observations.update(result="gone"),
        lambda: Observation.objects.filter(pk=seen.pk).delete(),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError), transaction.atomic():
            attempt()
    with pytest.raises(ProtectedError):
        link.delete()
    assert list(Observation.objects.values()) == before


def test_a_person_who_looked_must_have_a_name(people: People, account: PlatformAccount) -> None:
    link = claim_link(account=account, url=PAGE, by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        observe(link=link, result="live", observer="person", by=SYSTEM)
    assert not Observation.objects.exists()
