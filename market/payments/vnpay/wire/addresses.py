"""Messages that travel in addresses: the pay URL out, IPN and return in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from market.payments.vnpay.wire import formats
from market.payments.vnpay.wire.formats import BadSignature, Malformed, dong_or_none, gateway_amount, require
from market.payments.vnpay.wire.signing import (
    AMBIGUOUS,
    ENCODERS,
    HASH_KEYS,
    encode_parameters,
    is_hash_of,
    sign,
)

_MOST_FIELDS: Final = 100


@dataclass(frozen=True)
class PayFields:
    """One payment to start. `amount` in đồng; `create_date`, `expire_date` as `gateway_time` writes them.

    `order_info` comes from `order_info()`. `bank_code` empty lets the buyer choose; else `VNPAYQR`,
    `VNBANK`, `INTCARD` or one bank. `ip_addr` is the buyer's address. Raises ValueError on a value that
    VNPAY would refuse or that two encoders could sign differently.
    """

    tmn_code: str
    txn_ref: str
    amount: int
    order_info: str
    return_url: str
    ip_addr: str
    create_date: str
    expire_date: str
    bank_code: str = ""
    locale: str = "vn"
    order_type: str = "other"

    def __post_init__(self) -> None:
        if not formats.SMALLEST_AMOUNT <= self.amount <= formats.LARGEST_AMOUNT:
            raise ValueError(f"amount outside {formats.SMALLEST_AMOUNT}..{formats.LARGEST_AMOUNT} đồng")
        require(formats.TERMINAL, "tmn_code", self.tmn_code)
        require(formats.REFERENCE, "txn_ref", self.txn_ref)
        require(formats.TEXT, "order_info", self.order_info)
        require(formats.TIME, "create_date", self.create_date)
        require(formats.TIME, "expire_date", self.expire_date)
        require(formats.IP_ADDRESS, "ip_addr", self.ip_addr)
        require(formats.BANK_CODE, "bank_code", self.bank_code)
        require(formats.LOCALE, "locale", self.locale)
        require(formats.ORDER_TYPE, "order_type", self.order_type)
        if not 10 <= len(self.return_url) <= 255 or not self.return_url.isascii():
            raise ValueError("return_url must be 10 to 255 ASCII characters")
        if AMBIGUOUS.search(self.return_url):
            raise ValueError("return_url holds one of ~ * ! ( ) '")

    def parameters(self) -> dict[str, str]:
        """The `vnp_` parameters of this payment, unsigned, empty ones left out."""
        named = {
            "vnp_Amount": gateway_amount(self.amount),
            "vnp_BankCode": self.bank_code,
            "vnp_Command": "pay",
            "vnp_CreateDate": self.create_date,
            "vnp_CurrCode": "VND",
            "vnp_ExpireDate": self.expire_date,
            "vnp_IpAddr": self.ip_addr,
            "vnp_Locale": self.locale,
            "vnp_OrderInfo": self.order_info,
            "vnp_OrderType": self.order_type,
            "vnp_ReturnUrl": self.return_url,
            "vnp_TmnCode": self.tmn_code,
            "vnp_TxnRef": self.txn_ref,
            "vnp_Version": formats.VERSION,
        }
        return {key: value for key, value in named.items() if value}


@dataclass(frozen=True)
class Notice:
    """An IPN or return whose signature is right. Nothing here says that the payment is ours: check
    `tmn_code`, `txn_ref` and `amount` next.

    `amount` is in đồng, or None when VNPAY sent something that is not whole đồng (never equal to an order's
    amount). Optional fields are empty strings. `fields` holds every signed parameter, for the log.
    """

    tmn_code: str
    txn_ref: str
    amount: int | None
    response_code: str
    transaction_status: str
    transaction_no: str
    bank_code: str
    bank_tran_no: str
    card_type: str
    pay_date: str
    order_info: str
    fields: Mapping[str, str] = field(repr=False)


def build_pay_url(base_url: str, fields: PayFields, secret: str) -> str:
    """The address of VNPAY's pay page for one payment, signed. `base_url` has no query of its own."""
    return f"{base_url}?{signed_query(fields.parameters(), secret)}"


def signed_query(parameters: Mapping[str, str], secret: str) -> str:
    """Sorted, encoded parameters with `vnp_SecureHash` last; empty values are left out of both."""
    encoded = encode_parameters(parameters)
    return f"{encoded}&vnp_SecureHash={sign(encoded, secret)}"


def parse_and_verify(raw_query: str, secret: str) -> Notice:
    """Read the query string of an IPN or return, as it arrived, and check its signature.

    Keys without `vnp_` are ignored (proxies add them), unknown `vnp_` keys are part of the signature,
    empty values are not. Raises BadSignature (answer 97), or Malformed when there is nothing to check
    or a correctly signed message lacks its key fields (answer 99).
    """
    parameters = _parse_query(raw_query)
    claimed = parameters.get("vnp_SecureHash", "")
    # One encoding where all encoders agree; else no early exit: which of them fits is nobody's business.
    encodings = {encode_parameters(parameters, encoder) for encoder in _encoders_that_differ(parameters)}
    matches = [is_hash_of(claimed, encoded, secret) for encoded in encodings]
    if not any(matches):
        raise BadSignature("signature missing or wrong")
    signed = {key: value for key, value in parameters.items() if key not in HASH_KEYS and value}
    missing = {"vnp_TmnCode", "vnp_TxnRef", "vnp_ResponseCode", "vnp_TransactionStatus"} - signed.keys()
    if missing:
        raise Malformed(f"signed, but without {', '.join(sorted(missing))}")
    return Notice(
        tmn_code=signed["vnp_TmnCode"],
        txn_ref=signed["vnp_TxnRef"],
        amount=dong_or_none(signed.get("vnp_Amount", "")),
        response_code=signed["vnp_ResponseCode"],
        transaction_status=signed["vnp_TransactionStatus"],
        transaction_no=signed.get("vnp_TransactionNo", ""),
        bank_code=signed.get("vnp_BankCode", ""),
        bank_tran_no=signed.get("vnp_BankTranNo", ""),
        card_type=signed.get("vnp_CardType", ""),
        pay_date=signed.get("vnp_PayDate", ""),
        order_info=signed.get("vnp_OrderInfo", ""),
        fields=signed,
    )


def _encoders_that_differ(parameters: Mapping[str, str]) -> Iterable[str]:
    is_ambiguous = any(AMBIGUOUS.search(key) or AMBIGUOUS.search(value) for key, value in parameters.items())
    return ENCODERS if is_ambiguous else [next(iter(ENCODERS))]


def _parse_query(raw_query: str) -> dict[str, str]:
    """The `vnp_` parameters, decoded once. Raises Malformed, or BadSignature on a repeated key."""
    if not raw_query.isascii():  # a query string on the wire is; anything else was decoded before us
        raise Malformed("the parameters are not ASCII")
    try:
        pairs = parse_qsl(raw_query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:  # not UTF-8, or more fields than any notice has
        raise Malformed("the parameters cannot be decoded") from error
    parameters: dict[str, str] = {}
    for key, value in pairs:
        if not key.startswith("vnp_"):
            continue
        if key in parameters:
            raise BadSignature(f"{key[:40]} is repeated")
        parameters[key] = value
    if not parameters:
        raise Malformed("no parameters")
    return parameters
