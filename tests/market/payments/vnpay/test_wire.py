"""The wire against recorded vectors, always on the protocol's side, and properties no vector can list."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from market.payments.vnpay import codes, wire
from market.payments.vnpay.wire import api_messages, signing
from tests.market.payments.vnpay.running import ROOT

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
SECRET: str = VECTORS["meta"]["secret"]
PAY_URLS = VECTORS["payment_urls"]
IPN_CASES = VECTORS["ipn"]["cases"]
API = VECTORS["api"]
PAY_PAGE = "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html"


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def pay_fields(sent: dict[str, str], **changes: Any) -> wire.PayFields:
    fields: dict[str, Any] = {
        "tmn_code": sent["vnp_TmnCode"],
        "txn_ref": sent["vnp_TxnRef"],
        "amount": int(sent["vnp_Amount"]) // 100,
        "order_info": sent["vnp_OrderInfo"],
        "return_url": sent["vnp_ReturnUrl"],
        "ip_addr": sent["vnp_IpAddr"],
        "create_date": sent["vnp_CreateDate"],
        "expire_date": sent.get("vnp_ExpireDate", ""),
        "bank_code": sent.get("vnp_BankCode", ""),
        "locale": sent["vnp_Locale"],
        "order_type": sent["vnp_OrderType"],
    }
    return wire.PayFields(**(fields | changes))


# Vectors that hold what we never send: text outside the safe set, an amount above VNPAY's bound, no expiry.
REFUSED_URLS = {
    "colon_slash_hash",
    "diacritics_nfc",
    "diacritics_nfd",
    "tilde",
    "asterisk",
    "bang_parens_quote",
    "emoji",
    "edge_spaces_plus",
    "max_amount",
    "no_expire",
}


@named(PAY_URLS)
def test_every_pay_url_is_signed_as_recorded(case: dict[str, Any]) -> None:
    # The vectors come from a library that encodes like URLSearchParams, which differs from ours on "*" only.
    encoded = wire.encode_parameters(case["params_sent"], "url_search_params")
    assert encoded == case["sign_data"]
    assert hmac.digest(SECRET.encode(), encoded.encode(), "sha512").hex() == case["secure_hash"]
    for encoder, expected in case.get("hash_by_encoder", {}).items():
        data = wire.encode_parameters(case["params_sent"], encoder)
        assert hmac.digest(SECRET.encode(), data.encode(), "sha512").hex() == expected, encoder
    if case["name"] != "asterisk":
        assert f"{PAY_PAGE}?{wire.signed_query(case['params_sent'], SECRET)}" == case["url"]


@named([case for case in PAY_URLS if case["name"] not in REFUSED_URLS | {"billing_invoice"}])
def test_pay_fields_build_the_recorded_url(case: dict[str, Any]) -> None:
    assert wire.build_pay_url(PAY_PAGE, pay_fields(case["params_sent"]), SECRET) == case["url"]


@named([case for case in PAY_URLS if case["name"] in REFUSED_URLS])
def test_pay_fields_refuse_what_two_sides_could_read_differently(case: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"order_info|amount|expire_date"):
        pay_fields(case["params_sent"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", 4_999),
        ("amount", 1_000_000_000),
        ("txn_ref", "PI-1"),
        ("txn_ref", ""),
        ("order_info", "a|b"),
        ("order_info", "Mắm"),
        ("order_info", "line\n"),
        ("return_url", "https://shop.vn/~an"),
        ("return_url", "https://shop.vn/" + "a" * 240),
        ("ip_addr", "unknown"),
        ("bank_code", "ncb"),
        ("locale", "vi"),
    ],
)
def test_pay_fields_refuse(name: str, value: Any) -> None:
    sent = PAY_URLS[0]["params_sent"]
    pay_fields(sent)
    with pytest.raises(ValueError, match=name):
        pay_fields(sent, **{name: value})


STATUS_OF: dict[codes.Outcome, str] = {
    codes.Outcome.PAID: "succeeded",
    codes.Outcome.UNDER_REVIEW: "processing",
    codes.Outcome.FAILED: "requires_payment_method",
    codes.Outcome.CANCELLED: "requires_payment_method",
    codes.Outcome.EXPIRED: "requires_payment_method",
}


@named(IPN_CASES)
def test_every_ipn_case_gets_the_protocols_verdict(case: dict[str, Any]) -> None:
    orders = {order["txn_ref"]: order["amount_vnd"] for order in VECTORS["ipn"]["orders"]}
    try:
        notice = wire.parse_and_verify(case["query_string"], SECRET)
    except wire.BadSignature:
        verdict = "97"
    except wire.Malformed:
        verdict = "99"
    else:
        assert case["signature_valid"]
        if notice.txn_ref not in orders or notice.tmn_code != VECTORS["meta"]["tmn_code"]:
            verdict = "01"
        elif notice.amount != orders[notice.txn_ref]:
            verdict = "04"
        else:
            verdict = "00"
            outcome = codes.meaning_of_notice(notice.response_code, notice.transaction_status).outcome
            assert STATUS_OF[outcome] == case["expect"]["payment_intent_status_after"]
    assert verdict == case["expect"]["rsp_code"]


def test_a_notice_carries_every_field() -> None:
    case = next(case for case in IPN_CASES if case["name"] == "success")
    notice = wire.parse_and_verify(case["query_string"], SECRET)
    fields = dict(notice.fields)
    assert notice == wire.Notice(
        tmn_code="VECTOR01",
        txn_ref="PI7F3A0001",
        amount=150_000,
        response_code="00",
        transaction_status="00",
        transaction_no="14226112",
        bank_code="NCB",
        bank_tran_no="VNP14226112",
        card_type="ATM",
        pay_date="20260105093212",
        order_info="Thanh toan don hang DH 1024",
        fields=fields,
    )
    assert len(fields) == 11 and "vnp_SecureHash" not in fields


@pytest.mark.parametrize("kept", ["", "~", "*", "!*()", "!~*'()"])
def test_a_notice_signed_by_any_of_the_known_encoders_is_accepted(kept: str) -> None:
    text = "An ~ * ! ( ) ' /"
    fields = NOTICE | {"vnp_OrderInfo": text}
    quoted = {key: quote_plus(value, safe=kept) for key, value in fields.items()}
    if "~" not in kept:
        quoted = {key: value.replace("~", "%7E") for key, value in quoted.items()}
    data = "&".join(f"{key}={quoted[key]}" for key in sorted(quoted))
    signature = hmac.new(SECRET.encode(), data.encode(), hashlib.sha512).hexdigest()
    assert wire.parse_and_verify(f"{data}&vnp_SecureHash={signature}", SECRET).order_info == text


@pytest.mark.parametrize(
    "raw",
    ["", "a=b", "vnp_OrderInfo=%FF", "vnp_OrderInfo=\u00e9", "&".join(f"vnp_{n}=1" for n in range(101))],
)
def test_what_is_no_notice_is_malformed(raw: str) -> None:
    with pytest.raises(wire.Malformed):
        wire.parse_and_verify(raw, SECRET)


@pytest.mark.parametrize(
    "extra", ["vnp_TxnRef=PI1", "vnp_TxnRef=", "vnp_SecureHash=", "vnp_SecureHashType=a&vnp_SecureHashType=b"]
)
def test_a_repeated_key_is_refused_whatever_it_repeats(extra: str) -> None:
    good = wire.signed_query(NOTICE, SECRET)
    with pytest.raises(wire.BadSignature, match="repeated"):
        wire.parse_and_verify(f"{good}&{extra}", SECRET)


def test_foreign_and_empty_parameters_leave_no_trace() -> None:
    good = wire.signed_query(NOTICE, SECRET)
    notice = wire.parse_and_verify(f"utm=1&{good}&vnp_CardType=&utm=2", SECRET)
    assert notice == wire.parse_and_verify(good, SECRET)
    assert notice.fields == NOTICE


def test_a_signed_message_without_its_key_fields_is_malformed() -> None:
    for missing in ("vnp_TxnRef", "vnp_TmnCode", "vnp_ResponseCode", "vnp_TransactionStatus"):
        fields = {key: value for key, value in NOTICE.items() if key != missing}
        with pytest.raises(wire.Malformed, match=missing):
            wire.parse_and_verify(wire.signed_query(fields, SECRET), SECRET)


def text_body(body: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in body.items()}


def query_request(sent: dict[str, str]) -> wire.QueryRequest:
    return wire.QueryRequest(
        request_id=sent["vnp_RequestId"],
        tmn_code="VECTOR01",
        txn_ref=sent["vnp_TxnRef"],
        transaction_date=sent["vnp_TransactionDate"],
        create_date=sent["vnp_CreateDate"],
        ip_addr=sent["vnp_IpAddr"],
        order_info=sent["vnp_OrderInfo"],
        transaction_no=sent.get("vnp_TransactionNo", ""),
    )


def refund_request(sent: dict[str, str]) -> wire.RefundRequest:
    return wire.RefundRequest(
        request_id=sent["vnp_RequestId"],
        tmn_code="VECTOR01",
        txn_ref=sent["vnp_TxnRef"],
        amount=int(sent["vnp_Amount"]) // 100,
        is_full=sent["vnp_TransactionType"] == "02",
        transaction_no=sent["vnp_TransactionNo"],
        transaction_date=sent["vnp_TransactionDate"],
        create_by=sent["vnp_CreateBy"],
        create_date=sent["vnp_CreateDate"],
        ip_addr=sent["vnp_IpAddr"],
        order_info=sent["vnp_OrderInfo"],
    )


def signed_again(sent: dict[str, str], hash_data: str) -> dict[str, str]:
    """The recorded request with its id cut to the 32 characters of VNPAY's document (the vectors have 33)."""
    shorter = sent["vnp_RequestId"][:32]
    data = hash_data.replace(sent["vnp_RequestId"], shorter)
    signature = hmac.digest(SECRET.encode(), data.encode(), "sha512").hex()
    return sent | {"vnp_RequestId": shorter, "vnp_SecureHash": signature}


@named(API["querydr_requests"])
def test_querydr_requests_are_signed_as_recorded(case: dict[str, Any]) -> None:
    sent = text_body(case["body"])
    assert signing.piped(sent, api_messages.QUERY_HASHED) == case["hash_data"]
    assert signing.sign(case["hash_data"], SECRET) == case["secure_hash"]
    expected = signed_again(sent, case["hash_data"])
    if case["name"] in {"diacritics_order_info", "pipe_in_order_info"}:
        with pytest.raises(ValueError, match="order_info"):
            query_request(expected)
    else:
        assert wire.sign_querydr(query_request(expected), SECRET) == expected


@named(API["refund_requests"])
def test_refund_requests_are_signed_as_recorded(case: dict[str, Any]) -> None:
    # One vector signs the transaction number 0 without sending it; we send exactly what we sign.
    sent = {"vnp_TransactionNo": "0"} | text_body(case["body"])
    assert signing.piped(sent, api_messages.REFUND_HASHED) == case["hash_data"]
    assert signing.sign(case["hash_data"], SECRET) == case["secure_hash"]
    expected = signed_again(sent, case["hash_data"])
    assert wire.sign_refund(refund_request(expected), SECRET) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("create_by", "a|b"),
        ("amount", 0),
        ("transaction_no", ""),
        ("request_id", "x" * 33),
        ("tmn_code", "SHORT"),
    ],
)
def test_a_refund_request_refuses(name: str, value: Any) -> None:
    case = API["refund_requests"][0]
    good = refund_request(signed_again(text_body(case["body"]), case["hash_data"]))
    with pytest.raises(ValueError, match=name):
        replace(good, **{name: value})


QUERY_MEANINGS = {
    "succeeded": codes.Outcome.PAID,
    "keep waiting": codes.Outcome.WAITING,
    "requires_payment_method": codes.Outcome.FAILED,
    "no transaction at VNPAY: customer never reached the gateway; fail only after expiry": (codes.Outcome.WAITING),
    "retry later": codes.Outcome.UNKNOWN,
}


@named(API["querydr_responses"])
def test_querydr_responses_mean_what_the_protocol_says(case: dict[str, Any]) -> None:
    if not case["signature_valid"]:
        with pytest.raises(wire.BadSignature):
            wire.verify_querydr_response(case["body"], SECRET)
        return
    answer = wire.verify_querydr_response(case["body"], SECRET)
    meaning = codes.meaning_of_query(answer.response_code, answer.transaction_type, answer.transaction_status)
    assert meaning.outcome == QUERY_MEANINGS[case["meaning"]]
    assert answer.amount == (int(case["body"]["vnp_Amount"]) // 100 if "vnp_Amount" in case["body"] else None)
    assert (answer.tmn_code, answer.txn_ref) == ("VECTOR01", "PI7F3A0001")


REFUND_MEANINGS = {
    "refund pending": codes.RefundOutcome.PENDING,
    "refund pending, reconcile by querydr": codes.RefundOutcome.PENDING,
    "refund succeeded": codes.RefundOutcome.SUCCEEDED,
    "refund failed": codes.RefundOutcome.FAILED,
    "refund failed, alert": codes.RefundOutcome.FAILED,
    "outcome unknown: keep pending, reconcile, alert": codes.RefundOutcome.UNKNOWN,
}


@named(API["refund_responses"])
def test_refund_responses_mean_what_the_protocol_says(case: dict[str, Any]) -> None:
    if not case["signature_valid"]:
        with pytest.raises(wire.BadSignature):
            wire.verify_refund_response(case["body"], SECRET)
        return
    answer = wire.verify_refund_response(case["body"], SECRET)
    outcome = codes.outcome_of_refund(answer.response_code, answer.transaction_status)
    assert outcome == REFUND_MEANINGS[case["meaning"]]


PAID_ANSWER: dict[str, Any] = next(c for c in API["querydr_responses"] if c["name"] == "paid")["body"]


@pytest.mark.parametrize(
    "body",
    [None, [], "x", PAID_ANSWER | {"vnp_Amount": 1.5}, PAID_ANSWER | {"vnp_Amount": True},
     PAID_ANSWER | {"vnp_Message": "\ud800"}, PAID_ANSWER | {"vnp_TxnRef": {"a": 1}}],
)  # fmt: skip
def test_an_answer_of_another_shape_is_malformed(body: object) -> None:
    with pytest.raises(wire.Malformed):
        wire.verify_querydr_response(body, SECRET)


def test_an_answer_whose_values_could_be_shifted_is_refused() -> None:
    # "ab|c" under the same signature as "a|bc": the separator is not escaped.
    values = {f"vnp_{name}": "" for name in api_messages.QUERY_ANSWER_HASHED}
    values |= {
        "vnp_Command": "querydr",
        "vnp_ResponseCode": "00",
        "vnp_OrderInfo": "a|KM01",
        "vnp_PromotionCode": "",
    }
    data = signing.piped(values, api_messages.QUERY_ANSWER_HASHED)
    with pytest.raises(wire.BadSignature):
        wire.verify_querydr_response(values | {"vnp_SecureHash": signing.sign(data, SECRET)}, SECRET)


def test_a_querydr_answer_is_not_taken_for_a_refund_answer() -> None:
    values = {f"vnp_{name}": "" for name in api_messages.REFUND_ANSWER_HASHED}
    values |= {"vnp_Command": "querydr", "vnp_ResponseCode": "00"}
    data = signing.piped(values, api_messages.REFUND_ANSWER_HASHED)
    with pytest.raises(wire.Malformed):
        wire.verify_refund_response(values | {"vnp_SecureHash": signing.sign(data, SECRET)}, SECRET)


def test_order_info_is_folded_to_what_every_side_reads_alike() -> None:
    nfd = unicodedata.normalize("NFD", "Nước mắm Phan Thiết")
    assert wire.order_info(nfd) == wire.order_info("Nước mắm Phan Thiết") == "Nuoc mam Phan Thiet"
    assert wire.order_info("  Đơn hàng #12 (đã đổi): 50% & a|b_c\n ") == "Don hang 12 da doi : 50 a b c"
    assert wire.order_info("ơ" * 300) == "o" * 255
    with pytest.raises(ValueError, match="usable"):
        wire.order_info("~*🎁")


def test_amounts_are_multiplied_and_divided_exactly() -> None:
    assert wire.gateway_amount(150_000) == "15000000"
    assert wire.dong_amount("15000000") == 150_000
    for text in ("15000050", "abc", "", "-100", "1e5", " 100", "१००", "100.00", "9" * 16):
        with pytest.raises(wire.Malformed):
            wire.dong_amount(text)
    with pytest.raises(ValueError, match="negative"):
        wire.gateway_amount(-1)


def test_times_are_vietnams_whatever_zone_they_come_in() -> None:
    moment = datetime(2026, 1, 5, 18, 30, 15, tzinfo=UTC)
    assert wire.gateway_time(moment) == "20260106013015"
    assert wire.gateway_time(moment.astimezone(timezone(timedelta(hours=-7)))) == "20260106013015"
    assert wire.moment_of("20260106013015") == moment
    with pytest.raises(ValueError, match="zone"):
        wire.gateway_time(moment.replace(tzinfo=None))
    for text in ("", "2026010601301", "20260230000000", "00010101000000", "२" * 14):
        with pytest.raises(wire.Malformed):
            wire.moment_of(text)


def test_every_listed_code_tells_the_buyer_what_to_do() -> None:
    outcomes = {
        code: codes.meaning_of_notice(code, "02")
        for code in ("07", "09", "10", "11", "12", "13", "24", "51", "65", "75", "79", "99")
    }
    assert outcomes["07"].outcome == codes.Outcome.UNDER_REVIEW
    assert outcomes["24"].outcome == codes.Outcome.CANCELLED
    assert outcomes["11"].outcome == codes.Outcome.EXPIRED
    assert outcomes["99"] == codes.meaning_of_notice("whatever", "02")
    assert len({meaning.message for meaning in outcomes.values()}) == len(outcomes)
    assert all("Hãy" in m.message or "hãy" in m.message or "bấm" in m.message for m in outcomes.values())


@pytest.mark.parametrize(
    ("response_code", "status", "outcome"),
    [
        ("00", "00", codes.Outcome.PAID),
        ("00", "01", codes.Outcome.WAITING),
        ("00", "02", codes.Outcome.FAILED),
        ("00", "04", codes.Outcome.UNDER_REVIEW),
        ("00", "07", codes.Outcome.UNDER_REVIEW),
        ("24", "00", codes.Outcome.UNDER_REVIEW),
        ("51", "01", codes.Outcome.FAILED),
    ],
)
def test_a_payment_is_paid_only_if_both_codes_say_so(response_code: str, status: str, outcome: codes.Outcome) -> None:
    assert codes.meaning_of_notice(response_code, status).outcome == outcome


def test_a_refunds_own_state_says_nothing_about_the_payment() -> None:
    assert codes.meaning_of_query("00", "02", "00").outcome == codes.Outcome.UNKNOWN
    assert codes.meaning_of_query("00", "01", "05").outcome == codes.Outcome.UNDER_REVIEW


NOTICE = {
    "vnp_TmnCode": "VECTOR01",
    "vnp_TxnRef": "PI1",
    "vnp_Amount": "15000000",
    "vnp_ResponseCode": "24",
    "vnp_TransactionStatus": "02",
    "vnp_OrderInfo": "Don hang 1",
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=150, deadline=None)
@given(
    order_info=TEXTS,
    future=st.dictionaries(st.from_regex(r"vnp_X[A-Za-z]{1,8}", fullmatch=True), TEXTS, max_size=3),
)
def test_whatever_is_signed_comes_back_unchanged(order_info: str, future: dict[str, str]) -> None:
    fields = {key: value for key, value in (NOTICE | {"vnp_OrderInfo": order_info} | future).items() if value}
    notice = wire.parse_and_verify(wire.signed_query(fields, SECRET), SECRET)
    assert notice.fields == fields


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_refused_or_means_the_same(data: st.DataObject) -> None:
    good = wire.signed_query(NOTICE, SECRET)
    place = data.draw(st.integers(0, len(good) - 1))
    byte = chr(data.draw(st.integers(0, 127)))
    assume(byte != good[place])
    try:
        notice = wire.parse_and_verify(good[:place] + byte + good[place + 1 :], SECRET)
    except wire.Refused:
        return
    # Only the case of the signature's own digits is free.
    assert notice.fields == NOTICE
    assert byte.lower() == good[place].lower() and place >= good.index("vnp_SecureHash=")


@settings(max_examples=150, deadline=None)
@given(key=st.sampled_from(sorted(set(PAID_ANSWER) - {"vnp_SecureHash"})), value=TEXTS)
def test_any_changed_value_of_an_answer_is_refused(key: str, value: str) -> None:
    assume(value != PAID_ANSWER[key])
    with pytest.raises(wire.Refused):
        wire.verify_querydr_response(PAID_ANSWER | {key: value}, SECRET)


@given(dong=st.integers(0, 999_999_999_999))
def test_amounts_come_back(dong: int) -> None:
    assert wire.dong_amount(wire.gateway_amount(dong)) == dong


# The sets of section «URL encoding» of VNPAY's sample code, written down once more: what each of them leaves as it is.
KEPT_BY = {
    "php urlencode": b"-_.",
    "python quote_plus": b"-_.~",
    "java URLEncoder, js URLSearchParams": b"-_.*",
    "node encodeURIComponent": b"-_.!~*'()",
    ".net UrlEncode": b"-_.!*()",
}
ALNUM = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def encoded(text: str, kept: bytes) -> str:
    return "".join(
        chr(byte) if byte in ALNUM + kept else "+" if byte == 0x20 else f"%{byte:02X}" for byte in text.encode()
    )


@pytest.mark.parametrize("kept", KEPT_BY.values(), ids=KEPT_BY.keys())
@settings(max_examples=120, deadline=None)
@given(values=st.dictionaries(st.from_regex(r"vnp_X[A-Za-z]{1,8}", fullmatch=True), TEXTS, max_size=4), text=TEXTS)
@example(values={"vnp_Xa": "~*!()' +%&=|/é\u0301🎁"}, text="Ngô Thị Bưởi")
def test_every_encoder_signs_what_is_read_back(kept: bytes, values: dict[str, str], text: str) -> None:
    fields = {name: value for name, value in (NOTICE | values | {"vnp_OrderInfo": text}).items() if value}
    data = "&".join(f"{encoded(name, kept)}={encoded(fields[name], kept)}" for name in sorted(fields))
    signature = hmac.new(SECRET.encode(), data.encode(), hashlib.sha512).hexdigest()
    assert wire.parse_and_verify(f"{data}&vnp_SecureHash={signature}", SECRET).fields == fields
    with pytest.raises(wire.BadSignature):
        wire.parse_and_verify(f"{data}&vnp_SecureHash={signature}", SECRET + "x")


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_whatever_bytes_arrive_only_a_refusal_comes_of_them(raw: str) -> None:
    for query in (raw, f"vnp_TxnRef={raw}", f"{wire.signed_query(NOTICE, SECRET)}&vnp_{raw}=1"):
        with suppress(wire.Refused):
            assert wire.parse_and_verify(query, SECRET).fields == NOTICE
    good = wire.signed_query(NOTICE, SECRET)
    with suppress(wire.Refused):
        assert wire.parse_and_verify(f"{good}&{raw}", SECRET).fields == NOTICE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(body=JSON, key=st.sampled_from(sorted(PAID_ANSWER)), value=JSON)
def test_whatever_json_arrives_only_a_refusal_comes_of_it(body: object, key: str, value: object) -> None:
    for verify in (wire.verify_querydr_response, wire.verify_refund_response):
        for given_body in (body, PAID_ANSWER | {key: value}):
            with suppress(wire.Refused):
                assert verify(given_body, SECRET) == verify(PAID_ANSWER, SECRET)


@given(amount=st.integers(-(10**15), 10**15))
@example(amount=4_999)
@example(amount=5_000)
@example(amount=999_999_999)
@example(amount=1_000_000_000)
def test_an_amount_is_paid_only_within_vnpays_bounds(amount: int) -> None:
    sent = PAY_URLS[0]["params_sent"]
    if 5_000 <= amount <= 999_999_999:
        assert pay_fields(sent, amount=amount).parameters()["vnp_Amount"] == f"{amount}00"
    else:
        with pytest.raises(ValueError, match="amount"):
            pay_fields(sent, amount=amount)


@given(st.text(max_size=18))
def test_an_amount_is_read_only_from_whole_dong(text: str) -> None:
    with suppress(wire.Refused):
        assert f"{wire.dong_amount(text)}00" == text.lstrip("0").rjust(3, "0")


@given(text=st.text())
def test_order_info_is_always_sendable_or_refused(text: str) -> None:
    try:
        folded = wire.order_info(text)
    except ValueError:
        return
    assert pay_fields(PAY_URLS[0]["params_sent"], order_info=folded).order_info == folded
    assert wire.order_info(folded) == folded


def test_wire_and_client_need_nothing_of_the_service() -> None:
    """They are usable on their own: no Django is even imported, and no setting read."""
    program = """
import sys
from core.kit import outbound
from market.payments.vnpay import client, codes, wire
request = wire.QueryRequest("q1", "DEMO0001", "PI1", "20260105093015", "20260105094015", "198.51.100.10", "Truy van")
try:
    client.query("http://127.0.0.1:9/api", request, "SECRET", allow_private=True)
except outbound.NotSent:
    print("not sent", [name for name in sys.modules if name.split(".")[0] == "django"])
"""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=kept, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("not sent []", "")


def test_the_vectors_are_all_here() -> None:
    # With the sequences and orders, which the view's own tests walk through.
    assert (len(VECTORS["ipn"]["sequences"]), len(VECTORS["ipn"]["orders"])) == (4, 2)
    assert [len(PAY_URLS), len(IPN_CASES)] == [18, 30]
    assert [len(API[kind]) for kind in sorted(API)] == [4, 10, 3, 13]
    assert urlsplit(PAY_URLS[0]["url"]).path == "/paymentv2/vpcpay.html"
