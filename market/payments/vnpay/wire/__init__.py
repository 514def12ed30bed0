"""VNPAY 2.1.0 on the wire: fields, signing, parsing. Pure: no Django, no network, no clock.

Outside this room money is whole đồng (int) and text is Unicode; only here is it "x 100", ASCII and
percent-encoded. Source: VNPAY's documents of PAY, querydr and refund, version 2.1.0.

Two signatures exist, both HMAC-SHA512 in hexadecimal:
- addresses (pay, IPN, return): the sorted, URL-encoded `key=value` pairs joined by "&";
- API messages (querydr, refund): the raw values, in a fixed order, joined by "|".
"""

from market.payments.vnpay.wire.addresses import (
    Notice,
    PayFields,
    build_pay_url,
    parse_and_verify,
    signed_query,
)
from market.payments.vnpay.wire.api_messages import (
    ApiAnswer,
    QueryRequest,
    RefundRequest,
    sign_querydr,
    sign_refund,
    verify_querydr_response,
    verify_refund_response,
)
from market.payments.vnpay.wire.formats import (
    LARGEST_AMOUNT,
    SMALLEST_AMOUNT,
    BadSignature,
    Malformed,
    Refused,
    dong_amount,
    gateway_amount,
    gateway_time,
    moment_of,
    order_info,
)
from market.payments.vnpay.wire.keeping import without_card_data
from market.payments.vnpay.wire.signing import encode_parameters

__all__ = [
    "LARGEST_AMOUNT",
    "SMALLEST_AMOUNT",
    "ApiAnswer",
    "BadSignature",
    "Malformed",
    "Notice",
    "PayFields",
    "QueryRequest",
    "RefundRequest",
    "Refused",
    "build_pay_url",
    "dong_amount",
    "encode_parameters",
    "gateway_amount",
    "gateway_time",
    "moment_of",
    "order_info",
    "parse_and_verify",
    "sign_querydr",
    "sign_refund",
    "signed_query",
    "verify_querydr_response",
    "verify_refund_response",
    "without_card_data",
]
