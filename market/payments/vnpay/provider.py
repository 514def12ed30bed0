"""VNPAY behind the payment contract: builds pay addresses, takes IPNs and returns, asks for results."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core.kit import clock, outbound
from core.kit.addresses import is_among
from market.payments.actions import Verdict, log_message, note_return, settle_by_reference
from market.payments.contract import RefundResult, Result
from market.payments.models import GatewayMessage, Payment, PaymentAttempt, Refund
from market.payments.vnpay import client, wire
from market.payments.vnpay.codes import (
    Meaning,
    Outcome,
    RefundOutcome,
    meaning_of_notice,
    meaning_of_query,
    outcome_of_refund,
)
from market.payments.vnpay.terminals import Terminal, modes_of, signing_terminals, terminal_of

log = logging.getLogger(__name__)
# Answers to a refund that tell of our settings, not of the money: every refund fails until somebody mends them.
_WRONGLY_SET_UP = {"02", "97"}
SERVER_ADDRESS = "127.0.0.1"
_TITLES = {Payment.Channel.SHOP: "Thanh toan don hang", Payment.Channel.API: "Thanh toan"}
_OUTCOMES = {
    Outcome.PAID: "paid",
    Outcome.UNDER_REVIEW: "under_review",
    Outcome.WAITING: "waiting",
}


def pay_page(attempt: PaymentAttempt, bank_code: str = "") -> str:
    """The signed address of VNPAY's pay page for a committed attempt. `bank_code` (VNPAYQR, VNBANK, INTCARD, or one bank's)
    chooses for the payer how to pay. Raises terminals.NoTerminal."""
    terminal = terminal_of(attempt.payment)
    fields = wire.PayFields(
        tmn_code=terminal.tmn_code,
        txn_ref=attempt.txn_ref,
        amount=attempt.amount,
        order_info=wire.order_info(f"{_TITLES[Payment.Channel(attempt.payment.channel)]} {attempt.payment.reference}"),
        return_url=settings.BASE_URL + reverse("vnpay_return"),
        ip_addr=attempt.customer_address,
        create_date=attempt.create_date,
        expire_date=attempt.expire_date,
        bank_code=bank_code,
    )
    url = wire.build_pay_url(terminal.pay_url, fields, terminal.hash_secret)
    log_message(
        kind=GatewayMessage.Kind.PAY,
        raw=url,
        verdict="given out",
        attempt=attempt,
        caller_address=attempt.customer_address,
    )
    return url


def ask(attempt: PaymentAttempt) -> Result:
    """Ask by querydr. Raises core.kit.outbound.OutboundError; then nothing is known."""
    terminal = terminal_of(attempt.payment)
    request = wire.QueryRequest(
        request_id=uuid.uuid4().hex,
        tmn_code=terminal.tmn_code,
        txn_ref=attempt.txn_ref,
        transaction_date=attempt.create_date,
        create_date=wire.gateway_time(clock.now()),
        ip_addr=SERVER_ADDRESS,
        order_info=f"Truy van {attempt.txn_ref}",
    )
    exchange = _spoken(client.query, request, attempt, GatewayMessage.Kind.QUERY, terminal)
    answer = exchange.answer
    meaning = meaning_of_query(answer.response_code, answer.transaction_type, answer.transaction_status)
    _keep(exchange, attempt, GatewayMessage.Kind.QUERY, meaning.reason)
    if meaning.outcome == Outcome.UNKNOWN:
        # The question was refused, which says nothing about the money: not even "waiting", which may expire.
        raise client.UnusableAnswer(f"response code {answer.response_code}", exchange.received)
    return Result(
        _OUTCOMES.get(meaning.outcome, "failed"),
        answer.amount,
        response_code="00" if meaning.outcome == Outcome.PAID else answer.transaction_status,
        transaction_status=answer.transaction_status,
        transaction_no=answer.transaction_no,
        bank_code=answer.bank_code,
        pay_date=answer.pay_date,
    )


def refund(wanted: Refund) -> RefundResult:
    """Send a committed refund, once. Raises core.kit.outbound.NotSent when it surely did not leave; after any other OutboundError
    nobody knows, and it must not be sent again."""
    attempt, terminal = wanted.charge.attempt, terminal_of(wanted.charge.payment)
    request = wire.RefundRequest(
        request_id=wanted.request_id,
        tmn_code=terminal.tmn_code,
        txn_ref=attempt.txn_ref,
        amount=wanted.amount,
        is_full=wanted.is_full,
        transaction_no=attempt.transaction_no or "0",
        transaction_date=attempt.create_date,
        create_by="ke toan" if wanted.asked_by_id else "he thong",
        create_date=wire.gateway_time(clock.now()),
        ip_addr=SERVER_ADDRESS,
        order_info=f"Hoan tien {attempt.txn_ref}",
    )
    exchange = _spoken(client.refund, request, attempt, GatewayMessage.Kind.REFUND, terminal)
    answer = exchange.answer
    outcome = outcome_of_refund(answer.response_code, answer.transaction_status)
    kind = "02" if wanted.is_full else "03"
    if answer.response_code == "00" and (answer.amount, answer.transaction_type) != (wanted.amount, kind):
        outcome = RefundOutcome.UNKNOWN  # a yes to something that was not asked for
    _keep(exchange, attempt, GatewayMessage.Kind.REFUND, f"{answer.response_code} {outcome.value}"[:120])
    if answer.response_code in _WRONGLY_SET_UP:
        log.error("VNPAY refuses our terminal or signature (code %s): no refund will go", answer.response_code)
    # The number of a payment is no number of a refund: an answer about a wrong request repeats it.
    number = answer.transaction_no if outcome in {RefundOutcome.SUCCEEDED, RefundOutcome.PENDING} else ""
    is_own = re.fullmatch("[0-9]{1,15}", number) and int(number) and number != attempt.transaction_no
    if is_own and wanted.charge.refunds.filter(transaction_no=number).exclude(pk=wanted.pk).exists():
        is_own = False  # "already asked for" may tell of the one before
    return RefundResult(
        outcome.value,
        answer.amount if answer.response_code == "00" else None,
        response_code=answer.response_code,
        transaction_status=answer.transaction_status,
        transaction_no=number if is_own else "",
    )


def ask_refund(wanted: Refund) -> RefundResult:
    """Ask by querydr what became of an accepted refund, by its own number. Raises core.kit.outbound.OutboundError."""
    attempt, terminal = wanted.charge.attempt, terminal_of(wanted.charge.payment)
    request = wire.QueryRequest(
        request_id=uuid.uuid4().hex,
        tmn_code=terminal.tmn_code,
        txn_ref=attempt.txn_ref,
        transaction_no=wanted.transaction_no,
        transaction_date=attempt.create_date,
        create_date=wire.gateway_time(clock.now()),
        ip_addr=SERVER_ADDRESS,
        order_info=f"Truy van hoan tien {attempt.txn_ref}",
    )
    exchange = _spoken(client.query, request, attempt, GatewayMessage.Kind.QUERY, terminal)
    answer = exchange.answer
    is_about_it = (
        answer.response_code == "00"
        and answer.transaction_type in {"02", "03"}
        and answer.transaction_no == wanted.transaction_no
        and answer.amount == wanted.amount
    )
    outcome = outcome_of_refund("00", answer.transaction_status) if is_about_it else RefundOutcome.UNKNOWN
    _keep(exchange, attempt, GatewayMessage.Kind.QUERY, f"refund {outcome.value}")
    if outcome == RefundOutcome.UNKNOWN:
        raise client.UnusableAnswer(f"response code {answer.response_code}", exchange.received)
    return RefundResult(
        outcome.value, answer.amount, transaction_status=answer.transaction_status, transaction_no=answer.transaction_no
    )


def _spoken(
    call: Any, request: wire.QueryRequest | wire.RefundRequest, attempt: PaymentAttempt, kind: str, terminal: Terminal
) -> client.Exchange:
    """One exchange with VNPAY. What we say is kept before it is sent: after a death that tells a call which may have left from one that
    was never made. An answer that may not be believed is kept all the same, and raised."""
    asked = {name: value for name, value in asdict(request).items() if name != "tmn_code"}  # nor the signature
    log_message(kind=kind, raw=json.dumps(asked), verdict="asking", attempt=attempt)
    try:
        exchange: client.Exchange = call(
            terminal.api_url,
            request,
            terminal.hash_secret,
            allow_private=terminal.allow_private,
        )
    except client.UnusableAnswer as problem:
        raw = wire.without_card_data(problem.received.decode(errors="replace"))
        log_message(kind=kind, raw=raw, verdict=f"unusable: {problem}"[:120], attempt=attempt)
        raise
    except outbound.OutboundError as problem:
        log_message(kind=kind, raw="", verdict=f"no answer: {type(problem).__name__}", attempt=attempt)
        raise
    return exchange


def _keep(exchange: client.Exchange, attempt: PaymentAttempt, kind: str, verdict: str) -> None:
    raw = wire.without_card_data(exchange.received.decode(errors="replace"))
    log_message(kind=kind, raw=raw, verdict=verdict, attempt=attempt)


class CallerRefused(Exception):
    """An IPN from an address that is not one of VNPAY's."""


def take_ipn(raw_query: str, caller_address: str) -> tuple[str, str]:
    """Handle one IPN; returns (RspCode, Message) in the order of checks that VNPAY's documents give.

    Only 00 and 02 end VNPAY's retries, so a passing trouble of ours must raise and leave no trace. Raises CallerRefused, after
    the call was kept, when `VNPAY_IPN_ADDRESSES` is set and the caller is none of them.
    """
    allowed = settings.VNPAY["ipn_addresses"]
    if allowed and not is_among(caller_address, allowed):
        raw = wire.without_card_data(raw_query)
        log_message(kind=GatewayMessage.Kind.IPN, raw=raw, verdict="caller refused", caller_address=caller_address)
        raise CallerRefused
    # Read before the transaction: where one writer at a time may begin, nobody waits while a signature is checked.
    told = _read_ipn(raw_query)
    with transaction.atomic():
        attempt, code, message = _take_in(told) if isinstance(told, _Told) else (None, *told)
        log_message(
            kind=GatewayMessage.Kind.IPN,
            raw=wire.without_card_data(raw_query),
            verdict=f"{code} {message}",
            attempt=attempt,
            caller_address=caller_address,
        )
    return code, message


@dataclass(frozen=True)
class _Told:
    """VNPAY's own word about an attempt."""

    txn_ref: str
    result: Result
    modes: tuple[bool, ...]


_UNKNOWN = "01", "Order not found"


def _read_ipn(raw_query: str) -> _Told | tuple[str, str]:
    if not raw_query:
        return "99", "Input data required"
    try:
        notice, terminal = _verified(raw_query)
    except wire.Refused:
        return "97", "Invalid signature"
    if notice.tmn_code != terminal.tmn_code:
        return _UNKNOWN
    return _Told(notice.txn_ref, _result_of(notice), modes_of(terminal))


def _verified(raw_query: str) -> tuple[wire.Notice, Terminal]:
    """The notice, and the terminal under whose secret it was signed. Raises wire.Refused."""
    *others, last = signing_terminals()
    for terminal in others:
        with contextlib.suppress(wire.Refused):
            return wire.parse_and_verify(raw_query, terminal.hash_secret), terminal
    return wire.parse_and_verify(raw_query, last.hash_secret), last


def _take_in(told: _Told) -> tuple[PaymentAttempt | None, str, str]:
    found = settle_by_reference(txn_ref=told.txn_ref, result=told.result, modes=told.modes)
    if found is None:
        return None, *_UNKNOWN
    verdict, attempt = found
    if verdict == Verdict.WRONG_AMOUNT:
        return attempt, "04", "Invalid amount"
    if verdict == Verdict.ALREADY_FINAL:
        return attempt, "02", "Order already confirmed"
    return attempt, "00", "Confirm Success"


@dataclass(frozen=True)
class Return:
    """What the buyer's browser brought back; only words, the payment's own state decides."""

    payment: Payment
    meaning: Meaning


def take_return(raw_query: str, caller_address: str) -> Return | None:
    """Handle the browser's return; None when it is not VNPAY's word. Never settles a payment."""
    raw = wire.without_card_data(raw_query)
    try:
        notice, terminal = _verified(raw_query)
    except wire.Refused:
        log_message(kind=GatewayMessage.Kind.RETURN, raw=raw, verdict="refused", caller_address=caller_address)
        return None
    attempt = _attempt_of(notice, terminal)
    if attempt is None or notice.amount != attempt.amount:
        log_message(kind=GatewayMessage.Kind.RETURN, raw=raw, verdict="not ours", caller_address=caller_address)
        return None
    meaning = meaning_of_notice(notice.response_code, notice.transaction_status)
    with transaction.atomic():
        if meaning.outcome in {Outcome.PAID, Outcome.UNDER_REVIEW}:
            note_return(attempt=attempt)
        log_message(
            kind=GatewayMessage.Kind.RETURN,
            raw=raw,
            verdict=meaning.reason,
            attempt=attempt,
            caller_address=caller_address,
        )
    return Return(Payment.objects.get(pk=attempt.payment_id), meaning)


def _attempt_of(notice: wire.Notice, terminal: Terminal) -> PaymentAttempt | None:
    if notice.tmn_code != terminal.tmn_code:
        return None
    return PaymentAttempt.objects.filter(txn_ref=notice.txn_ref, payment__is_live__in=modes_of(terminal)).first()


def _result_of(notice: wire.Notice) -> Result:
    meaning = meaning_of_notice(notice.response_code, notice.transaction_status)
    return Result(
        _OUTCOMES.get(meaning.outcome, "failed"),
        notice.amount,
        response_code=notice.response_code,
        transaction_status=notice.transaction_status,
        transaction_no=notice.transaction_no,
        bank_code=notice.bank_code,
        pay_date=notice.pay_date,
    )
