"""Every commune of today rolls up to the province of before 1 July 2025 that its ground lay in."""

from __future__ import annotations

import pytest

from core.places.models import Unit
from core.places.queries import former_provinces

pytestmark = pytest.mark.django_db


def test_communes_lie_in_the_former_province_they_were_made_of() -> None:
    found = former_provinces()
    codes = {unit.code: found.get(unit.pk) for unit in Unit.objects.filter(level="commune", valid_to=None)}
    assert len(codes) > 3300
    assert (codes["22924"], codes["26732"]) == ("60", "77")  # Phú Thủy: Bình Thuận; Côn Đảo: Bà Rịa - Vũng Tàu
    unknown = sorted(code for code, former in codes.items() if former is None)
    # Made of ground of two provinces: in neither roll-up, rather than in both.
    assert (len(unknown), "10804" in unknown) == (23, True)
