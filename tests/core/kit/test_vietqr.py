"""The text of a VietQR code, against the example that NAPAS prints in its specification."""

from __future__ import annotations

import pytest

from core.kit.vietqr import _crc, vietqr_text

# NAPAS' own example of a transfer to an account; it also carries a bill number (62-01), which ours never has.
PUBLISHED = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)


def test_the_checksum_is_the_published_one() -> None:
    assert f"{_crc(PUBLISHED[:-4].encode()):04X}" == "2E2E"


def test_the_fields_are_the_published_ones() -> None:
    ours = vietqr_text(bank_bin="970403", account="0011012345678", amount=180_000, message="Thanh toán đơn hàng!")
    start, _, rest = PUBLISHED.partition("62340107")
    assert ours[:-4] == start + "62230819THANH TOAN DON HANG" + "6304" and rest
    assert ours[-4:] == f"{_crc(ours[:-4].encode()):04X}"


@pytest.mark.parametrize(
    ("bank_bin", "account", "amount"),
    [("97040", "1", 1), ("97040x", "1", 1), ("970403", "", 1), ("970403", "1" * 20, 1), ("970403", "1-2", 1), ("970403", "1", 0), ("970403", "1", 10**13)],
)  # fmt: skip
def test_what_fits_no_code_is_refused(bank_bin: str, account: str, amount: int) -> None:
    with pytest.raises(ValueError, match=r"digits"):
        vietqr_text(bank_bin=bank_bin, account=account, amount=amount, message="DH")


def test_a_long_message_is_cut_and_an_empty_one_left_out() -> None:
    assert "62290825" + "A" * 25 + "6304" in vietqr_text(bank_bin="970403", account="1", amount=1, message="a" * 60)
    assert "VN6304" in vietqr_text(bank_bin="970403", account="1", amount=1, message="!")
