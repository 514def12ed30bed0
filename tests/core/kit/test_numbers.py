"""Numbers of persons in texts that are shown."""

from __future__ import annotations

import pytest

from core.kit.numbers import without_personal_numbers


@pytest.mark.parametrize(
    "written",
    [
        "079201001234",
        "079 201 001 234",
        "079.201.001.234",
        "079-201-001-234",
        "079–201–001–234",
        "079 - 201 - 001 - 234",
        "079. 201. 001. 234",
        "079-2-01-001234",
        "0792-0100-1234",
        "01-079201001234",
    ],
)
def test_a_personal_number_is_masked_however_it_is_grouped(written: str) -> None:
    shown = without_personal_numbers(f"HTX Trà Sen (MST {written})")
    assert shown.endswith("… …234)") and "201" not in shown


@pytest.mark.parametrize(
    "written",
    [
        "68-22924-1-2026",
        "01-00123-1-2026",
        "68-593-123-2026",
        "01-00123-123-2026",
        "68-593-22924-12-2026",
        "0912-345-678",
        "0304132047-001",
        "12/QĐ-UBND 07-05-2025",
        "0792010012345",
    ],
)
def test_what_is_no_personal_number_stays(written: str) -> None:
    assert without_personal_numbers(f"Mã {written}") == f"Mã {written}"
