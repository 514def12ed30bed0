"""Platforms as dated data: who changes them, what is refused, what closing one stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.audit.models import AuditEntry
from core.jobs.models import Job
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.desk.queries import served_by_sheets
from market.platforms.engine.catching_up import catch_up, catch_up_everywhere
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, PlatformListing
from market.platforms.reconcile import finding
from market.shops.models import Shop
from onboarding.accounts.actions import (
    LinkRefused,
    PlatformFacts,
    PlatformRefused,
    add_platform,
    change_platform,
    checked_pattern,
)
from onboarding.accounts.models import Platform
from onboarding.accounts.reference import load_platforms
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Purpose
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db
VOSO = "https://voso.vn/hat-dieu-p123.html"


def facts_of(platform: Platform, **changes: Any) -> PlatformFacts:
    held = PlatformFacts(
        **{name: getattr(platform, name) for name in PlatformFacts.__dataclass_fields__ if name != "aliases"},
        aliases=tuple(platform.aliases),
    )
    return replace(held, **changes)


def change(code: str, **changes: Any) -> Platform:
    platform = Platform.objects.get(code=code)
    return change_platform(platform=platform, facts=facts_of(platform, **changes), by=SYSTEM)


def posted(client: Client, code: str) -> dict[str, Any]:
    """The form of a platform as a browser would send it back untouched."""
    form = client.get(reverse("platform", args=[code])).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_a_change_says_who_changed_what(people: People, browser: Browser) -> None:
    client, address = browser("buu"), reverse("platform", args=["voso"])
    sent = posted(client, "voso") | {"name": "VoSo mới", "valid_from": "2019-07-01", "aliases": "Vỏ Sò, Voso ,Vỏ Sò"}
    assert client.post(address, sent).status_code == 302
    voso = Platform.objects.get(code="voso")
    assert (voso.name, voso.valid_from, voso.aliases) == ("VoSo mới", date(2019, 7, 1), ["Vỏ Sò", "Voso"])
    assert voso.counts_for_target and voso.link_pattern.endswith(r"-p\d+\.html$")
    entry = AuditEntry.objects.get(action="platform.changed")
    assert (entry.actor_id, entry.object_label) == (people.users["buu"].pk, "platform:voso")
    page = client.get(address).content.decode()
    assert "<del>VoSo</del> → <ins>VoSo mới</ins>" in page and "01/07/2019" in page
    # The same again is no change.
    assert client.post(address, posted(client, "voso")).status_code == 302
    assert AuditEntry.objects.filter(action="platform.changed").count() == 1


def test_only_by_the_operator(people: People, browser: Browser) -> None:
    before = everything(), list(Platform.objects.order_by("pk").values())
    voso = Platform.objects.get(code="voso")
    for who in ("an", "chi", "phuong"):
        client = browser(who)
        for address in (reverse("platforms"), reverse("platform_new"), reverse("platform", args=["voso"])):
            assert client.get(address).status_code == 404
            assert client.post(address, {"name": "Sàn giả", "code": "gia"}).status_code in {404, 405}
        with pytest.raises(PermissionError):
            change_platform(platform=voso, facts=facts_of(voso, name="Sàn giả"), by=people.viewer(who))
        with pytest.raises(PermissionError):
            add_platform(code="gia", facts=PlatformFacts("Sàn giả"), by=people.viewer(who))
    assert (everything(), list(Platform.objects.order_by("pk").values())) == before


def test_a_new_platform_keeps_its_code(browser: Browser) -> None:
    client, address = browser("buu"), reverse("platform_new")
    assert (
        client.post(address, {"code": "Cho-Que", "name": " Chợ  quê "}).headers["location"] == "/san/cac-san/cho-que/"
    )
    made = Platform.objects.get(code="cho-que")
    assert (made.name, made.counts_for_target, made.is_simulation) == ("Chợ quê", False, False)
    again = client.post(address, {"code": "cho-que", "name": "Chợ khác"})
    assert again.status_code == 200 and "đã được dùng" in again.content.decode()
    assert Platform.objects.filter(code="cho-que").get().name == "Chợ quê"


@pytest.mark.parametrize(
    ("pattern", "example", "problem"),
    [
        (r"voso\.vn", VOSO, "bắt đầu bằng"),
        (r"^https://voso\.vn/(", VOSO, "viết chưa đúng"),
        (r"^https://voso\.vn/(a+)+$", VOSO, "lặp trong lặp"),
        (r"^https://voso\.vn/.*-p\d+", "", "Hãy dán một liên kết"),
        (r"^https://voso\.vn/.*-p\d+", "https://voso.vn.xau.vn/a-p1.html", "không khớp"),
        (r"^https://voso\.vn/.*-p\d+", "javascript:alert(1)", "https://"),
    ],
)
def test_a_pattern_is_tried_on_an_example(pattern: str, example: str, problem: str, browser: Browser) -> None:
    with pytest.raises(LinkRefused, match=problem):
        checked_pattern(pattern, example)
    client = browser("buu")
    sent = posted(client, "voso") | {"link_pattern": pattern, "link_example": example, "note": "mới gõ"}
    answer = client.post(reverse("platform", args=["voso"]), sent)
    assert answer.status_code == 200 and "mới gõ" in answer.content.decode()
    assert Platform.objects.get(code="voso").link_pattern == r"^https://voso\.vn/.*-p\d+\.html$"


def test_a_pattern_that_fits_is_kept(browser: Browser) -> None:
    client = browser("buu")
    sent = posted(client, "voso") | {"link_pattern": r"^https://voso\.vn/.*-p\d+\.html$", "link_example": VOSO + "?a=1"}
    assert client.post(reverse("platform", args=["voso"]), sent).status_code == 302
    assert checked_pattern(r"^https://voso\.vn/.+", VOSO) == r"^https://voso\.vn/.+" and checked_pattern("", "") == ""


def test_days_followers_and_simulations_make_sense() -> None:
    voso, postmart = Platform.objects.get(code="voso"), Platform.objects.get(code="postmart")
    change("voso", successor=postmart)
    postmart.refresh_from_db()
    for code, wrong, field in (
        ("voso", {"valid_from": date(2026, 1, 2), "valid_to": date(2026, 1, 2)}, "valid_to"),
        ("voso", {"successor": voso}, "successor"),
        ("postmart", {"successor": Platform.objects.get(code="voso")}, "successor"),
        ("santhu", {"counts_for_target": True}, "counts_for_target"),
        ("voso", {"name": ""}, "name"),
    ):
        with pytest.raises(PlatformRefused) as refused:
            change(code, **wrong)
        assert refused.value.field == field
    for wrong in ({"valid_from": date(2026, 1, 2), "valid_to": date(2026, 1, 1)}, {"is_simulation": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Platform.objects.filter(code="voso").update(**wrong)


def test_what_an_operator_changed_outlives_the_next_start() -> None:
    change("voso", name="Vỏ Sò", valid_to=date(2027, 1, 1))
    load_platforms()
    voso = Platform.objects.get(code="voso")
    assert (voso.name, voso.valid_to) == ("Vỏ Sò", date(2027, 1, 1))


# --- closing ---


def agree(people: People) -> None:
    record_consents(
        producer=people.producer,
        answers={str(Purpose.PLATFORM): True},
        means=Consent.Means.ONLINE,
        by=people.viewer("an"),
    )


def row(listing: Listing, code: str) -> PlatformListing:
    return PlatformListing.objects.get(listing=listing, connection__platform__code=code)


def test_from_the_day_it_closes_nothing_is_pushed(people: People, shop: Shop) -> None:
    agree(people)
    listing = make_listing(shop)
    waiting = row(listing, "voso")
    assert waiting.work == "queued"
    day = clock.today()
    change("voso", valid_to=day)
    # Nothing new is wished for there, and no file is made.
    later = make_listing(shop, name="Tiêu")
    assert set(later.on_platforms.values_list("connection__platform__code", flat=True)) == {"postmart", "santhu"}
    assert not served_by_sheets().filter(platform__code="voso").exists()
    Connection.objects.exclude(platform__code="voso").update(is_enabled=False)
    assert push_due() == 0
    waiting.refresh_from_db()
    assert (waiting.work, waiting.fence) == ("queued", 0)
    # Until the day itself it goes on as usual.
    change("voso", valid_to=day + timedelta(days=1))
    assert push_due() == 1
    waiting.refresh_from_db()
    assert waiting.work == "awaiting_operator"


def test_a_closed_platform_is_not_even_asked(people: People, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(people)
    make_listing(shop)
    asked: list[str] = []
    monkeypatch.setattr(finding, "reconcile", lambda connection: asked.append(connection.platform.code))
    PlatformListing.objects.update(observed="pending", work="idle", remote_id="7", next_try_at=clock.now())
    Connection.objects.exclude(platform__code="santhu").update(is_enabled=False)
    change("santhu", valid_to=clock.today())
    # A call would be an answer, or none: either leaves its mark on the flow or the row.
    before = everything()
    assert look_at_due() == 0 and finding.reconcile_all() == 0
    assert everything() == before and asked == []
    change("santhu", valid_to=None)
    finding.reconcile_all()
    assert asked == ["santhu"]


def test_a_platform_that_opens_again_catches_up(people: People, shop: Shop) -> None:
    agree(people)
    known = make_listing(shop)
    change("voso", valid_to=clock.today())
    missed = make_listing(shop, name="Tiêu")
    Listing.objects.filter(pk=known.pk).update(revision=known.revision + 1)
    PlatformListing.objects.update(work="idle", offer_work="idle")
    assert not Job.objects.filter(name="platforms.catch_up").exists()
    change("voso", valid_to=None)
    job = Job.objects.get(name="platforms.catch_up")
    catch_up(job.arguments)
    assert (row(known, "voso").work, row(known, "voso").revision) == ("queued", known.revision + 1)
    assert row(missed, "voso").work == "queued" and row(known, "postmart").work == "idle"
    # Once more there is nothing left to do on that platform.
    before = everything()
    catch_up(job.arguments)
    assert everything() == before


def test_what_must_come_down_is_noticed_after_opening(people: People, shop: Shop) -> None:
    agree(people)
    listing = make_listing(shop)
    change("voso", valid_to=clock.today())
    record_consents(
        producer=people.producer,
        answers={str(Purpose.PLATFORM): False},
        means=Consent.Means.ONLINE,
        by=people.viewer("an"),
    )
    assert row(listing, "voso").wanted and not row(listing, "postmart").wanted
    Platform.objects.filter(code="voso").update(valid_to=None)
    assert catch_up_everywhere() == 1
    assert not row(listing, "voso").wanted
