"""What of a message is kept: everything but the buyer's card."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.payments.vnpay import wire
from tests.market.payments.vnpay.test_wire import API, IPN_CASES, NOTICE, PAY_URLS, SECRET

CARD, HOLDER = "970419xxxxxx2198", "NGUYEN VAN A"
ANSWER = API["querydr_responses"][0]["body"]


def test_what_holds_no_card_is_kept_to_the_byte() -> None:
    for case in IPN_CASES:
        assert wire.without_card_data(case["query_string"]) == case["query_string"]
    for case in PAY_URLS:
        assert wire.without_card_data(case["url"]) == case["url"]
    for raw in (json.dumps(ANSWER), json.dumps(ANSWER, indent=3), "", "<h1>502 Bad Gateway</h1>", "[]", "{", "{}"):
        assert wire.without_card_data(raw) == raw


@pytest.mark.parametrize(
    "written",
    [
        f"vnp_CardNumber={CARD}&vnp_CardHolder=NGUYEN+VAN+A",
        f"vnp_%43ardNumber={CARD}&VNP_CARDHOLDER=NGUYEN%20VAN%20A",
        f"vnp_CardNumber={CARD}=x&vnp_CardHolderName=NGUYEN+VAN+A",
    ],
)
def test_the_card_goes_from_a_query_string(written: str) -> None:
    query = wire.signed_query(NOTICE | {"vnp_CardType": "ATM"}, SECRET)
    kept = wire.without_card_data(f"{query}&{written}")
    assert kept.startswith(f"{query}&") and "vnp_CardType=ATM" in kept
    assert "970419" not in kept and "2198" not in kept and "NGUYEN" not in kept
    assert kept.count("=removed") == 2


def test_of_an_answer_only_what_is_signed_is_kept() -> None:
    extras = {
        "vnp_CardNumber": CARD,
        "vnp_CardHolder": HOLDER,
        "vnp_Trace": "1",
        "vnp_FeeAmount": "220000",
        "vnp_Issuer": "NCB",
    }
    kept = json.loads(wire.without_card_data(json.dumps(ANSWER | extras)))
    assert kept == ANSWER | {"removed": sorted(extras)}
    assert wire.verify_querydr_response(kept, SECRET) == wire.verify_querydr_response(ANSWER, SECRET), "still provable"
    nested = json.loads(wire.without_card_data(json.dumps(ANSWER | {"vnp_Message": {"vnp_CardNumber": CARD}})))
    assert nested["removed"] == ["vnp_Message"]


@pytest.mark.parametrize(
    "raw",
    [
        f'[{{"vnp_CardNumber": "{CARD}", "vnp_CardHolder": "{HOLDER}", "a": "b=c&d"}}]',
        f'{{"vnp_CardNumber": "{CARD}", "vnp_CardHolder": "{HOLDER}"',
        f"<p>vnp_CardNumber: {CARD}</p><p>vnp_cardholder = {HOLDER}</p>",
        "[" * 50_000 + f'{{"vnp_CardNumber":"{CARD}"',
        "{" + '"a":[' * 50_000 + f'"vnp_CardNumber":"{CARD}"',
    ],
)
def test_a_card_in_rubbish_goes_too(raw: str) -> None:
    kept = wire.without_card_data(raw)
    assert "970419" not in kept and "2198" not in kept and "NGUYEN" not in kept


@given(st.text())
def test_whatever_comes_something_that_a_database_takes_is_kept(raw: str) -> None:
    assert "\x00" not in wire.without_card_data(raw)
    assert "\x00" not in wire.without_card_data("{" + raw)
