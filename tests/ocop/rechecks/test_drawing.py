"""What is drawn: by chance, once, and so that anybody can draw it again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.audit.models import AuditEntry
from core.jobs.registry import periodic_jobs
from core.kit import clock
from core.people.models import User
from core.places.events import MapTurned, UnitLinkFact
from ocop.rechecks.actions import drawing
from ocop.rechecks.actions.drawing import draw_due, draw_from, follow_map
from ocop.rechecks.drawing import drawn, is_day_of_draw, looking
from ocop.rechecks.jobs import go_round
from ocop.rechecks.models import RecheckDraw, RecheckItem, RecheckPage
from ocop.rechecks.queries import State, Thing, redraw, survival_of, things_of, with_states
from ocop.register.models import OcopProduct
from ocop.snapshots.actions import freeze, restate
from onboarding.accounts.models import PlatformAccount
from onboarding.households.models import Household
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.models import DuplicatePair
from tests.ocop.conftest import Land, framed, household, look, moment, platform, viewer
from tests.ocop.conftest import account as account_of
from tests.ocop.conftest import producer as producer_of
from tests.ocop.rechecks.world import ON, at, counted, day, drew

Fill = Callable[[int, date], None]
DIGEST = "ab" * 32


def test_every_row_has_the_same_chance() -> None:
    """A thousand draws of 10 out of 40: chi-square of how often each row came, 39 degrees of freedom, far below its 99.9 % bound."""
    rows = [f"household:{number}" for number in range(40)]
    times = Counter(
        row for number in range(1000) for row in drawn(rows, seed=f"{number:064x}", rows_sha256=DIGEST, size=10)
    )
    assert sum((times[row] - 250) ** 2 / 250 for row in rows) < 73
    first = Counter(drawn(rows, seed=f"{number:064x}", rows_sha256=DIGEST, size=1)[0] for number in range(1000))
    assert sum((first[row] - 25) ** 2 / 25 for row in rows) < 73


def test_the_draw_is_what_its_page_says() -> None:
    rows = [f"product:{number}" for number in range(250)]
    by_hand = sorted(rows, key=lambda row: hashlib.sha256(("5e" * 32 + DIGEST + row).encode()).hexdigest())[:100]
    assert drawn(reversed(rows), seed="5e" * 32, rows_sha256=DIGEST) == by_hand
    assert drawn(rows, seed="5f" * 32, rows_sha256=DIGEST) != by_hand != drawn(rows, seed="5e" * 32, rows_sha256="cd" * 32)  # fmt: skip
    assert len(drawn(rows[:7], seed="", rows_sha256="")) == 7


def test_the_days() -> None:
    assert [is_day_of_draw(ON, clock.day_of(day(n))) for n in (6, 7, 23, 24)] == [False, True, True, False]
    within = looking(ON, day(7, 0))
    assert (within.start, within.end) == (day(7, 0), day(31, 0))
    assert looking(ON, day(9)).start == day(9)


def test_nothing_is_drawn_before_day_7_of_vietnam_and_then_once(land: Land, phuong: User, fill: Fill) -> None:
    fill(2, ON)
    made = counted(land, phuong)
    with at(6, 23):
        assert draw_due() == 0
    with at(7, 0):
        assert (draw_due(), draw_due()) == (3, 0)
        assert draw_from(snapshot=made, indicator="I1") is None
    found = {each.indicator: (each.population, each.size, each.snapshot_id) for each in RecheckDraw.objects.all()}
    assert found == dict.fromkeys(("I1", "I2p", "I2v"), (2, 2, made.pk))
    assert {item.unit.code for item in RecheckItem.objects.select_related("unit")} == {"22924"}
    draw = RecheckDraw.objects.get(indicator="I1")
    entry = AuditEntry.objects.get(action="recheck.drawn", object_label=f"recheck:{draw.pk}")
    assert entry.unit_code == "68" and draw.seed in entry.detail.text
    assert "rechecks.round" in {job.name for job in periodic_jobs()}


def test_a_commune_s_snapshot_and_one_frozen_too_late_are_not_drawn_from(land: Land, phuong: User, fill: Fill) -> None:
    fill(1, ON)
    with at(1):
        freeze(unit=land.phu_thuy, on=ON, by=viewer(phuong))
    with at(24):
        freeze(unit=land.lam_dong, on=ON, by=viewer(phuong))
        assert go_round() == 0
    assert not RecheckDraw.objects.exists()


def test_a_day_is_drawn_once_whatever_is_restated(land: Land, phuong: User, fill: Fill) -> None:
    fill(1, ON)
    first = counted(land, phuong)
    with at(2):
        second = restate(snapshot=first, note="nhập bổ sung", by=viewer(phuong))
    drew()
    with at(8):
        third = restate(snapshot=second, note="sửa lần nữa", by=viewer(phuong))
        assert draw_due() == 0
        assert set(RecheckDraw.objects.values_list("snapshot", flat=True)) == {second.pk}
        assert survival_of(third) == survival_of(second) == survival_of(first)
        assert set(survival_of(third)) == {"I1", "I2p", "I2v"}


@pytest.mark.parametrize("line", ["insert_many", "counted_by", "record"])
def test_killed_at_any_line_nothing_was_drawn(
    land: Land, phuong: User, fill: Fill, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    fill(1, ON)
    made = counted(land, phuong)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with at(7), monkeypatch.context() as patch:
        patch.setattr(drawing, line, killed)
        with pytest.raises(KeyboardInterrupt):
            draw_from(snapshot=made, indicator="I1")
    assert not RecheckDraw.objects.exists() and not RecheckItem.objects.exists()
    assert drew().size == 1


def test_anybody_draws_the_same_again(land: Land, phuong: User, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(12, ON)
    counted(land, phuong)
    monkeypatch.setattr(drawing, "drawn", lambda rows, **more: drawn(rows, **more, size=5))
    monkeypatch.setattr("ocop.rechecks.queries.drawn", lambda rows, **more: drawn(rows, **more, size=5))
    draw = drew()
    assert (draw.population, draw.size) == (12, 5)
    out = StringIO()
    call_command("redraw_recheck", str(draw.pk), stdout=out)
    assert "the same rows" in out.getvalue() and draw.seed in out.getvalue()
    assert redraw(draw).rows == tuple(f"household:{pk}" for pk in draw.items.order_by("position").values_list("subject_id", flat=True))  # fmt: skip
    # Somebody exchanges a drawn household for one that was not drawn.
    outside = Household.objects.exclude(pk__in=draw.items.values("subject_id"))[0]
    RecheckItem.objects.filter(draw=draw, position=2).update(subject_id=outside.pk)
    with pytest.raises(CommandError, match="NOT the same rows"):
        call_command("redraw_recheck", str(draw.pk), stdout=out)


def test_pages_are_those_by_which_a_row_was_counted(land: Land, phuong: User, chi: User, fill: Fill) -> None:
    fill(1, ON)
    counted(land, phuong)
    account = PlatformAccount.objects.exclude(producer__household=None).get()
    account.claimed_by = chi
    account.save()
    later = account.links.create(platform=account.platform, url="https://voso.example/moi", claimed_at=timezone.now())
    look(later, moment(date(2026, 11, 3)))
    page = RecheckPage.objects.get(item__draw=drew())
    assert (page.account, page.link_id == later.pk, page.known_to) == (account, False, [chi.pk])
    product_page = RecheckPage.objects.select_related("link").get(item__draw__indicator="I2p")
    assert product_page.link is not None and product_page.link.url.startswith("https://postmart.example/")
    assert product_page.name == "Nước mắm nhĩ"


def test_of_a_household_merged_since_its_own_accounts_are_looked_at(land: Land, phuong: User, fill: Fill) -> None:
    absorbed, kept = (household(land.phu_thuy, name=name) for name in ("Lê Sáu", "Lê Thị Sáu"))
    for number, home in enumerate((absorbed, kept)):
        claimed = account_of(producer_of(f"Hộ {number}", land.phu_thuy, home), platform("voso"))
        link = claimed.links.create(platform=claimed.platform, url=f"https://voso.example/h{number}", claimed_at=timezone.now())  # fmt: skip
        look(link, moment(ON))
    framed(absorbed, kept)
    counted(land, phuong)
    with at(3):
        pair = DuplicatePair.objects.create(first=absorbed, second=kept, score=90, found_at=clock.now())
        merge_households(pair=pair, keep_id=kept.pk, choices={}, by=viewer(phuong))
    draw = drew()
    urls = {
        page.item.subject_id: page.link.url
        for page in RecheckPage.objects.filter(item__draw=draw).select_related("item", "link")
        if page.link
    }
    assert urls == {absorbed.pk: "https://voso.example/h0", kept.pk: "https://voso.example/h1"}


def test_what_was_taken_back_before_the_draw_is_gone(land: Land, phuong: User, fill: Fill) -> None:
    fill(1, ON)
    counted(land, phuong)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ocop_presencelink SET ended_at = linked_at")
    draw = drew("I2v")
    assert not RecheckPage.objects.filter(item__draw=draw).exists()
    with at(7):
        assert [item.state for item in with_states(draw.items.all())] == [State.GONE]


def test_rows_follow_the_map_and_a_product_that_moved_stays_where_it_was_counted(
    land: Land, phuong: User, fill: Fill
) -> None:
    fill(1, ON)
    counted(land, phuong)
    OcopProduct.objects.update(unit=land.tuy_phong)
    item = drew("I2v").items.get()
    assert item.unit == land.phu_thuy
    assert things_of([item])[item.pk] == Thing("Nước mắm nhĩ", "phường Phú Thủy", "Nay ghi ở xã Tuy Phong.")
    event = MapTurned(ON, "1/NQ", (UnitLinkFact(land.phu_thuy.pk, land.tuy_phong.pk, "whole"),), ())
    for _ in range(2):
        follow_map(event)
    item.refresh_from_db()
    assert item.unit == land.tuy_phong
