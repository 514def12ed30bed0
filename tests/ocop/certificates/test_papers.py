"""Which paper of a product speaks instead of an earlier one, and from which day."""

from __future__ import annotations

from datetime import date

import pytest

from ocop.certificates.actions import write_superseded
from ocop.certificates.papers import superseded_days
from ocop.certificates.queries import speaking_certificate, with_certificate_marks
from ocop.certificates.rules import State
from ocop.register.models import OcopProduct
from tests.ocop.conftest import Land, paper, product


def days(*papers: tuple[int | None, str]) -> list[date | None]:
    made = product("A", *papers)
    return superseded_days(list(made.certificates.order_by("pk")))


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ([(3, "2024-01-01")], [None]),
        ([(3, "2024-01-01"), (4, "2025-05-05")], [date(2025, 5, 5), None]),
        ([(4, "2025-05-05"), (3, "2024-01-01")], [None, date(2025, 5, 5)]),
        # Nobody knows on which day of 2025 the later one was given: the earlier one speaks to the year's end.
        ([(3, "2024-01-01"), (4, "2025")], [date(2025, 12, 31), None]),
        ([(3, "2024"), (4, "2024-05-05")], [None, None]),
        # Given after the earlier one had ended: that one is expired, not superseded.
        ([(3, "2020-01-01"), (4, "2025-05-05")], [None, None]),
        ([(3, "2024-01-01"), (2, "2025-05-05")], [None, None]),
        ([(3, "2024-01-01"), (None, "2025-05-05")], [None, None]),
        ([(3, "2024-01-01"), (4, "2025-05-05"), (5, "2026-06-06")], [date(2025, 5, 5), date(2026, 6, 6), None]),
    ],
)
def test_the_day_from_which_a_later_paper_speaks(
    land: Land, papers: list[tuple[int | None, str]], expected: list[date | None]
) -> None:
    assert days(*papers) == expected


def test_an_upgrade_before_expiry_and_its_revocation(land: Land) -> None:
    """The product has one paper that speaks; when the new one is revoked, the old one does not come back."""
    made = product("A", (3, "2024-01-01"))
    new = paper(made, 4, "2025-05-05")
    papers = list(made.certificates.order_by("pk"))
    write_superseded(papers)
    assert [each.state_on(date(2025, 5, 4)) for each in papers] == [State.VALID, State.NOT_YET]
    assert [each.state_on(date(2025, 5, 5)) for each in papers] == [State.SUPERSEDED, State.VALID]
    new.refresh_from_db()
    new.revoked_on, new.revoked_reason = date(2026, 1, 1), "thử"
    new.save()
    found, state = speaking_certificate(made.certificates.all(), date(2026, 1, 1))
    assert (found and found.stars, state) == (3, State.SUPERSEDED)
    marked = with_certificate_marks(OcopProduct.objects.all(), date(2026, 1, 1)).get()
    assert (marked.is_certified, marked.is_unclear) == (False, False)  # type: ignore[attr-defined]
