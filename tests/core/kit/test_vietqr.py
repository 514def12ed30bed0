"""The text of a VietQR code, against the example that NAPAS prints in its specification."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.vietqr import NAPAS, NotPaymentCode, PaymentText, _crc, payment_text, read_payment_text, vietqr_text

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


class TestReading:
    def test_the_published_example_is_read(self) -> None:
        said = read_payment_text(PUBLISHED)
        assert said == PaymentText(
            issuer=NAPAS, bank_bin="970403", account="0011012345678", name="", amount="180000", crc_is_right=True
        )
        assert said.is_bank_transfer

    @given(
        bank_bin=st.from_regex(r"\A[0-9]{6}\Z"),
        account=st.from_regex(r"\A[0-9A-Za-z]{1,19}\Z"),
        amount=st.integers(1, 10**13 - 1),
        message=st.text(max_size=60),
    )
    def test_what_was_written_is_read(self, bank_bin: str, account: str, amount: int, message: str) -> None:
        said = read_payment_text(vietqr_text(bank_bin=bank_bin, account=account, amount=amount, message=message))
        assert (said.bank_bin, said.account, said.amount) == (bank_bin, account, str(amount))
        assert said.crc_is_right and said.is_bank_transfer

    @given(
        bank_bin=st.from_regex(r"\A[0-9]{6}\Z"),
        account=st.from_regex(r"\A[0-9A-Za-z]{1,19}\Z"),
        name=st.from_regex(r"\A([A-Z]{1,8}( [A-Z]{1,7}){0,2})?\Z"),
    )
    def test_a_code_without_a_sum_is_read(self, bank_bin: str, account: str, name: str) -> None:
        said = read_payment_text(payment_text(bank_bin=bank_bin, account=account, name=name))
        assert said == PaymentText(NAPAS, bank_bin, account, name, "", True)

    @given(place=st.integers(0, len(PUBLISHED) - 1), sign=st.characters(min_codepoint=32, max_codepoint=126))
    def test_one_wrong_sign_is_found(self, place: int, sign: str) -> None:
        """A checksum of 16 bits finds every burst within 16 bits. (In the checksum itself, small letters are the same number.)"""
        in_checksum = place >= len(PUBLISHED) - 4
        if sign == PUBLISHED[place] or (in_checksum and sign.upper() == PUBLISHED[place]):
            return
        changed = PUBLISHED[:place] + sign + PUBLISHED[place + 1 :]
        # What has no longer the form of a code is refused; an end that has become white is cut off, and then too short.
        with contextlib.suppress(NotPaymentCode):
            assert read_payment_text(changed).crc_is_right is False

    @given(st.one_of(st.text(max_size=600), st.from_regex(r"\A([0-9]{4}[0-9A-Z]{0,9}){0,12}\Z")))
    def test_nothing_makes_it_fall(self, text: str) -> None:
        with contextlib.suppress(NotPaymentCode):
            read_payment_text(text)

    @given(st.binary(max_size=80), st.integers(0, 90))
    def test_nothing_put_into_a_real_code_makes_it_fall(self, put: bytes, place: int) -> None:
        with contextlib.suppress(NotPaymentCode):
            read_payment_text(PUBLISHED[:place] + put.decode("latin-1") + PUBLISHED[place:])

    def test_a_name_on_the_code_is_read(self) -> None:
        body = PUBLISHED[: PUBLISHED.index("5802VN")] + "5802VN5913NGUYEN VAN AN6006DA LAT6304"
        said = read_payment_text(f"{body}{_crc(body.encode()):04x}\n")
        assert (said.name, said.crc_is_right) == ("NGUYEN VAN AN", True)

    def test_a_name_with_marks_counts_letters(self) -> None:
        body = PUBLISHED[: PUBLISHED.index("5802VN")] + "5802VN5913Nguyễn Văn Ân6304"
        said = read_payment_text(f"{body}{_crc(body.encode()):04X}")
        assert (said.name, said.crc_is_right) == ("Nguyễn Văn Ân", True)

    def test_a_wallet_or_a_card_merchant_has_a_number_and_no_bank(self) -> None:
        body = "00020101021126200010A000000775010212" + "5204" + "5411" + "53037045802VN6304"
        said = read_payment_text(f"{body}{_crc(body.encode()):04X}")
        assert (said.issuer, said.bank_bin, said.account, said.is_bank_transfer) == ("A000000775", "", "12", False)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "https://zalo.me/0912345678",
            "0002",
            "000201",
            "0002016304ABCD",  # nobody to be paid
            "000201000201" + PUBLISHED[6:],  # a tag twice
            PUBLISHED + "5802VN",  # something after the checksum
            PUBLISHED[:-8],  # no checksum
            PUBLISHED[:-1],  # cut off
            PUBLISHED.replace("0006970403", "000697040x"),
            PUBLISHED.replace("000201", "000202", 1),
            "٠٠٠٢٠١" + PUBLISHED[6:],  # digits of another script
            PUBLISHED + " " * 600 + "x",
        ],
    )
    def test_what_is_no_payment_code_is_refused(self, text: str) -> None:
        with pytest.raises(NotPaymentCode):
            read_payment_text(text)
