"""Messages of the transaction API: querydr and refund, as JSON. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from market.payments.vnpay.wire import formats
from market.payments.vnpay.wire.formats import BadSignature, Malformed, dong_or_none, gateway_amount, require
from market.payments.vnpay.wire.signing import is_hash_of, piped, sign

# The order of the values in each signature, without their prefix "vnp_".
QUERY_HASHED: Final = [
    "RequestId",
    "Version",
    "Command",
    "TmnCode",
    "TxnRef",
    "TransactionDate",
    "CreateDate",
    "IpAddr",
    "OrderInfo",
]
REFUND_HASHED: Final = [
    "RequestId",
    "Version",
    "Command",
    "TmnCode",
    "TransactionType",
    "TxnRef",
    "Amount",
    "TransactionNo",
    "TransactionDate",
    "CreateBy",
    "CreateDate",
    "IpAddr",
    "OrderInfo",
]
REFUND_ANSWER_HASHED: Final = [
    "ResponseId",
    "Command",
    "ResponseCode",
    "Message",
    "TmnCode",
    "TxnRef",
    "Amount",
    "BankCode",
    "PayDate",
    "TransactionNo",
    "TransactionType",
    "TransactionStatus",
    "OrderInfo",
]
QUERY_ANSWER_HASHED: Final = [*REFUND_ANSWER_HASHED, "PromotionCode", "PromotionAmount"]


@dataclass(frozen=True)
class QueryRequest:
    """A querydr question. `request_id` is ours, unique within the day; `transaction_date` is the payment's
    own `vnp_CreateDate`, verbatim; `create_date` is the time of this question; `ip_addr` is our server's.
    """

    request_id: str
    tmn_code: str
    txn_ref: str
    transaction_date: str
    create_date: str
    ip_addr: str
    order_info: str
    transaction_no: str = ""

    def __post_init__(self) -> None:
        _require_api_fields(self)


@dataclass(frozen=True)
class RefundRequest:
    """A refund request. `amount` in đồng; `is_full` says that it gives back the whole payment at once;
    `transaction_no` is VNPAY's number of the payment ("0" if really unknown); `create_by` who asked.
    """

    request_id: str
    tmn_code: str
    txn_ref: str
    amount: int
    is_full: bool
    transaction_no: str
    transaction_date: str
    create_by: str
    create_date: str
    ip_addr: str
    order_info: str

    def __post_init__(self) -> None:
        _require_api_fields(self)
        require(formats.TEXT, "create_by", self.create_by)
        if self.amount <= 0 or not self.transaction_no:
            raise ValueError("a refund needs a positive amount and the payment's transaction_no")


@dataclass(frozen=True)
class ApiAnswer:
    """A querydr or refund answer whose signature is right. `response_code` is about the request,
    `transaction_status` about the money. `amount` in đồng, None if absent or not whole đồng.

    Unsigned extras (card number, holder) are dropped on purpose: they can be forged and are personal data.
    """

    response_id: str
    response_code: str
    message: str
    tmn_code: str
    txn_ref: str
    amount: int | None
    bank_code: str
    pay_date: str
    transaction_no: str
    transaction_type: str
    transaction_status: str
    order_info: str
    promotion_code: str
    promotion_amount: int | None


def sign_querydr(request: QueryRequest, secret: str) -> dict[str, str]:
    """The JSON body of a querydr question, signed. VNPAY does not sign `vnp_TransactionNo` here."""
    body = {
        "vnp_RequestId": request.request_id,
        "vnp_Version": formats.VERSION,
        "vnp_Command": "querydr",
        "vnp_TmnCode": request.tmn_code,
        "vnp_TxnRef": request.txn_ref,
        "vnp_OrderInfo": request.order_info,
        "vnp_TransactionDate": request.transaction_date,
        "vnp_CreateDate": request.create_date,
        "vnp_IpAddr": request.ip_addr,
    }
    if request.transaction_no:
        body["vnp_TransactionNo"] = request.transaction_no
    return body | {"vnp_SecureHash": sign(piped(body, QUERY_HASHED), secret)}


def sign_refund(request: RefundRequest, secret: str) -> dict[str, str]:
    """The JSON body of a refund request, signed. Full is `vnp_TransactionType` 02, partial 03."""
    body = {
        "vnp_RequestId": request.request_id,
        "vnp_Version": formats.VERSION,
        "vnp_Command": "refund",
        "vnp_TmnCode": request.tmn_code,
        "vnp_TransactionType": "02" if request.is_full else "03",
        "vnp_TxnRef": request.txn_ref,
        "vnp_Amount": gateway_amount(request.amount),
        "vnp_TransactionNo": request.transaction_no,
        "vnp_TransactionDate": request.transaction_date,
        "vnp_CreateBy": request.create_by,
        "vnp_CreateDate": request.create_date,
        "vnp_IpAddr": request.ip_addr,
        "vnp_OrderInfo": request.order_info,
    }
    return body | {"vnp_SecureHash": sign(piped(body, REFUND_HASHED), secret)}


def verify_querydr_response(body: object, secret: str) -> ApiAnswer:
    """Check a querydr answer (decoded JSON) and give it a shape. Raises BadSignature or Malformed."""
    return _verified_answer(body, secret, "querydr", QUERY_ANSWER_HASHED)


def verify_refund_response(body: object, secret: str) -> ApiAnswer:
    """Check a refund answer (decoded JSON) and give it a shape. Raises BadSignature or Malformed."""
    return _verified_answer(body, secret, "refund", REFUND_ANSWER_HASHED)


def _verified_answer(body: object, secret: str, command: str, hashed: list[str]) -> ApiAnswer:
    if not isinstance(body, dict):
        raise Malformed("the answer is not a JSON object")
    values = {name: _json_text(body.get(f"vnp_{name}")) for name in [*hashed, "SecureHash"]}
    # "|" is not escaped: a value that holds one could be shifted into its neighbour under the same signature.
    if any("|" in value for value in values.values()):
        raise BadSignature("a value holds the separator")
    if not is_hash_of(values["SecureHash"], "|".join(values[name] for name in hashed), secret):
        raise BadSignature("signature missing or wrong")
    if values["Command"] != command or not values["ResponseCode"]:
        raise Malformed(f"signed, but not an answer to {command}")
    return ApiAnswer(
        response_id=values["ResponseId"],
        response_code=values["ResponseCode"],
        message=values["Message"],
        tmn_code=values["TmnCode"],
        txn_ref=values["TxnRef"],
        amount=dong_or_none(values["Amount"]),
        bank_code=values["BankCode"],
        pay_date=values["PayDate"],
        transaction_no=values["TransactionNo"],
        transaction_type=values["TransactionType"],
        transaction_status=values["TransactionStatus"],
        order_info=values["OrderInfo"],
        promotion_code=values.get("PromotionCode", ""),
        promotion_amount=dong_or_none(values.get("PromotionAmount", "")),
    )


def _json_text(value: object) -> str:
    """A JSON value as VNPAY hashes it: numbers and strings alike, absent as empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Malformed("half of a character")
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    raise Malformed(f"unexpected JSON type {type(value).__name__}")


def _require_api_fields(request: QueryRequest | RefundRequest) -> None:
    """What both API requests share; none of it can hold the separator "|"."""
    require(formats.REQUEST_ID, "request_id", request.request_id)
    require(formats.TERMINAL, "tmn_code", request.tmn_code)
    require(formats.REFERENCE, "txn_ref", request.txn_ref)
    require(formats.TIME, "transaction_date", request.transaction_date)
    require(formats.TIME, "create_date", request.create_date)
    require(formats.IP_ADDRESS, "ip_addr", request.ip_addr)
    require(formats.TEXT, "order_info", request.order_info)
    require(formats.TRANSACTION_NO, "transaction_no", request.transaction_no)
