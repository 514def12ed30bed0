"""HTTP with VNPAY's transaction API. The only file of this folder that touches the network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from core.kit import outbound
from market.payments.vnpay import wire

# VNPAY's answers are below one kilobyte; anything longer is not one.
_LONGEST_ANSWER = 100_000
# Seconds: a refund goes through the buyer's bank, and an answer given up too early is an outcome nobody knows.
READ_TIMEOUT = 25.0


class UnusableAnswer(outbound.OutboundError):
    """VNPAY answered, but not with a message we may act on. Change nothing and ask again later.

    `received` is the raw body, for the message log.
    """

    def __init__(self, why: str, received: bytes) -> None:
        super().__init__(why)
        self.received = received


@dataclass(frozen=True)
class Exchange:
    """One question and its verified answer; `sent` and `received` are the raw bodies, for the message log."""

    answer: wire.ApiAnswer
    sent: bytes
    received: bytes


def query(
    api_url: str,
    request: wire.QueryRequest,
    secret: str,
    *,
    allow_private: bool = False,
    read_timeout: float = READ_TIMEOUT,
) -> Exchange:
    """Ask VNPAY what became of a payment (querydr), and believe only a signed answer about this payment.

    A query changes nothing, so after any of these errors it may be asked again with a new `request_id`:
    OutboundRefused, NotSent, OutcomeUnknown (see core.kit.outbound), or UnusableAnswer when the HTTP status
    is not 200, the body is not JSON, the signature is wrong, or it is about another terminal or payment.
    `allow_private` is for a configured local gateway only. `read_timeout` in seconds. Source: VNPAY querydr 2.1.0.
    """
    body = wire.sign_querydr(request, secret)
    return _exchange(api_url, body, wire.verify_querydr_response, secret, allow_private, read_timeout)


def refund(
    api_url: str,
    request: wire.RefundRequest,
    secret: str,
    *,
    allow_private: bool = False,
    read_timeout: float = READ_TIMEOUT,
) -> Exchange:
    """Ask VNPAY once to give money back. Nothing here sends it a second time, and neither may the caller with another
    `request_id`: VNPAY would take that for another refund.

    A verified answer says only what VNPAY answered: what it means is in `codes.outcome_of_refund`, and its amount and
    type are the caller's to compare. Without one, the error says what is known:
    - OutboundRefused, NotSent: VNPAY has not heard of it, nothing was given back;
    - OutcomeUnknown: it was sent and the answer did not come whole; VNPAY may have accepted it;
    - UnusableAnswer: as `query`, an answer that may not be believed (a redirect too); VNPAY may have accepted it.
    Source: VNPAY refund 2.1.0.
    """
    body = wire.sign_refund(request, secret)
    return _exchange(api_url, body, wire.verify_refund_response, secret, allow_private, read_timeout)


def _exchange(
    api_url: str,
    body: dict[str, str],
    verify: Callable[[object, str], wire.ApiAnswer],
    secret: str,
    allow_private: bool,
    read_timeout: float,
) -> Exchange:
    sent = json.dumps(body).encode()
    try:
        reply = outbound.send(
            "POST",
            api_url,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            data=sent,
            read_timeout=read_timeout,
            max_bytes=_LONGEST_ANSWER,
            allow_private=allow_private,
        )
    except outbound.Redirected as elsewhere:
        # Whoever answers has read the request: unlike the other refusals this one is no proof that nothing happened.
        raise UnusableAnswer(str(elsewhere), b"") from elsewhere
    if reply.status != 200:
        raise UnusableAnswer(f"HTTP status {reply.status}", reply.body)
    try:
        answer = verify(json.loads(reply.body), secret)
    except (ValueError, RecursionError) as error:  # not JSON, or refused by the wire
        raise UnusableAnswer(str(error), reply.body) from error
    if (answer.tmn_code, answer.txn_ref) != (body["vnp_TmnCode"], body["vnp_TxnRef"]):
        raise UnusableAnswer("the answer is about another payment", reply.body)
    return Exchange(answer=answer, sent=sent, received=reply.body)
