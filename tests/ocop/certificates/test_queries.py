"""The database asks what the rules say, and a product speaks through its best paper."""

from __future__ import annotations

from datetime import date, timedelta

from ocop.certificates.models import Certificate, Quality
from ocop.certificates.queries import (
    certificate_by_code,
    holds_on,
    in_state,
    may_hold_on,
    speaking_certificate,
    with_certificate_marks,
)
from ocop.certificates.rules import HOLDING, State
from ocop.indicators.evidence import product_rows
from ocop.register.models import OcopProduct
from ocop.snapshots.open_data import open_products
from tests.ocop.conftest import Land, filed, paper, product


def test_the_conditions_agree_with_the_rules_on_every_day_around_every_edge(land: Land) -> None:
    made = product()
    for written in ("", "2023", "2.2024", "2024-02-29", "31/08/2023"):
        paper(made, 4, written)
    revoked = paper(made, 4, "2025-01-01")
    revoked.revoked_on, revoked.revoked_reason = date(2026, 1, 1), "thử"
    revoked.save()
    for submitted, result in (
        ("2027-01-01", None),
        ("2026-12-01", "2027-03-01"),
        ("2027-03-02", None),
        ("2026-08-02", "2026-09-01"),
    ):
        file = paper(made, 4, "2024-01-15", f"{submitted}/QĐ")
        filed(file, date.fromisoformat(submitted), date.fromisoformat(result) if result else None)
    ended_by_next, revoked_while_extended = paper(made, 3, "2024-05-06"), paper(made, 3, "2024-01-16")
    ended_by_next.superseded_on = date(2025, 6, 7)
    ended_by_next.save()
    filed(revoked_while_extended, date(2026, 12, 12), None)
    revoked_while_extended.revoked_on, revoked_while_extended.revoked_reason = date(2027, 2, 2), "thử"
    revoked_while_extended.save()
    edges = {
        day
        for each in Certificate.objects.all()
        for day in (each.recognised_on, each.earliest_end, each.latest_end, each.revoked_on, each.superseded_on)
        if day is not None
    }
    edges |= {date(2027, 1, 15) + timedelta(days=180), date(2027, 3, 1), date(2027, 3, 2)}
    checked, seen = 0, set()
    for on in sorted({edge + timedelta(days=shift) for edge in edges for shift in (-1, 0, 1)}):
        states = {each.pk: each.state_on(on) for each in Certificate.objects.prefetch_related("renewal_files")}
        seen |= set(states.values())
        holding = {pk for pk, state in states.items() if state in HOLDING}
        unknown = {pk for pk, state in states.items() if state == State.UNKNOWN}
        assert set(Certificate.objects.filter(holds_on(on)).values_list("pk", flat=True)) == holding, on
        assert set(Certificate.objects.filter(may_hold_on(on)).values_list("pk", flat=True)) == unknown, on
        for state in State:
            asked = set(Certificate.objects.filter(in_state(state, on)).values_list("pk", flat=True))
            assert asked == {pk for pk, found in states.items() if found == state}, (on, state)
        checked += bool(holding) + bool(unknown)
    assert checked > 20
    assert seen == set(State), "every state stands near an edge"


def marks(on: date) -> dict[str, str]:
    found = with_certificate_marks(OcopProduct.objects.all(), on)
    words = {(True, False): "certified", (False, True): "unclear", (False, False): "out"}
    return {each.name: words[each.is_certified, each.is_unclear] for each in found}  # type: ignore[attr-defined]


def test_who_is_certified_who_is_unclear_and_who_is_out(land: Land) -> None:
    product("còn hạn", (3, "2024-01-01"))
    product("không rõ sao", (None, "2024-01-01"))
    product("hai sao", (2, "2024-01-01"))
    product("không ngày", (4, ""))
    product("không ngày, hai sao", (2, ""))
    product("chỉ biết năm 2023", (4, "2023"))
    product("chỉ biết năm 2024", (4, "2024"))
    product("hết hạn", (5, "2022-01-01"))
    product("hết hạn, cấp lại", (3, "2022-01-01"), (4, "2025-05-05"))
    product("hết hạn, không rõ cấp lại", (3, "2022-01-01"), (4, ""))
    product("còn hạn, thêm giấy không ngày", (3, "2025-01-01"), (5, ""))
    product("không giấy nào")
    assert marks(date(2026, 11, 22)) == {
        "còn hạn": "certified",
        "không rõ sao": "unclear",
        "hai sao": "out",
        "không ngày": "unclear",
        "không ngày, hai sao": "out",
        "chỉ biết năm 2023": "unclear",
        "chỉ biết năm 2024": "certified",
        "hết hạn": "out",
        "hết hạn, cấp lại": "certified",
        "hết hạn, không rõ cấp lại": "unclear",
        "còn hạn, thêm giấy không ngày": "certified",
        "không giấy nào": "out",
    }


def test_only_what_somebody_beside_the_producer_vouches_for_counts(land: Land) -> None:
    for quality in Quality:
        made = paper(product(quality.value), 4, "2025-01-01")
        made.quality = quality
        made.save()
    assert marks(date(2026, 1, 1)) == {"A": "certified", "B1": "certified", "B2": "out", "C": "unclear"}


def test_an_extended_paper_counts_and_is_shown_apart(land: Land) -> None:
    filed(paper(product("kéo dài"), 3, "2024-01-15"), date(2026, 9, 1), None)
    product("còn hạn", (3, "2025-01-15"))
    found = with_certificate_marks(OcopProduct.objects.all(), date(2027, 2, 1))
    assert {each.name: (each.is_certified, each.is_extended) for each in found} == {  # type: ignore[attr-defined]
        "kéo dài": (True, True),
        "còn hạn": (True, False),
    }


def test_the_best_paper_speaks(land: Land) -> None:
    made = product("A", (5, "2022-01-01"), (3, "2025-01-01"), (4, "2025-02-01"), (5, ""))
    found, state = speaking_certificate(made.certificates.all(), date(2026, 1, 1))
    assert (found and found.stars, state) == (4, State.VALID)
    assert speaking_certificate([], date(2026, 1, 1)) == (None, State.UNKNOWN)


def test_a_code_is_found_however_it_is_typed(land: Land) -> None:
    made = paper(product(), 4, "2024")
    made.check_code = "ABCDE23456"
    made.save()
    assert certificate_by_code("abcde-23456 ") == made
    assert certificate_by_code("ABCDE23457") is None
    assert certificate_by_code("") is None


def test_what_is_counted_speaks_before_what_is_only_claimed_and_a_proposal_last(land: Land) -> None:
    on = date(2026, 11, 22)
    made = product("Mật ong", unit=land.phu_thuy)

    def with_quality(quality: str, stars: int, written: str) -> Certificate:
        each = paper(made, stars, written, quality)
        each.quality = quality
        each.save()
        return each

    proposal = with_quality("B2", 5, "2026-01-10")
    assert speaking_certificate(made.certificates.all(), on) == (proposal, State.VALID)
    over = with_quality("A", 3, "2020-01-10")
    assert speaking_certificate(made.certificates.all(), on) == (over, State.EXPIRED)
    claim = with_quality("C", 5, "2026-02-10")
    assert speaking_certificate(made.certificates.all(), on) == (claim, State.VALID)
    counted = with_quality("B1", 3, "2025-03-01")
    assert speaking_certificate(made.certificates.all(), on) == (counted, State.VALID)
    [row] = product_rows([made], on)
    assert row.certificate == counted
    [told] = open_products(on, "https://x")
    assert (told.stars, told.check_url.endswith(counted.check_code)) == (3, True)
