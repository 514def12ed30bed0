"""HTTP with VNPAY's transaction API. The only file of this folder that touches the network."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.kit import outbound
from market.payments.vnpay import wire

# VNPAY's answers are below one kilobyte; anything longer is not one.
_LONGEST_ANSWER = 100_000


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


def query(api_url: str, request: wire.QueryRequest, secret: str, *, allow_private: bool = False) -> Exchange:
    """Ask VNPAY what became of a payment (querydr), and believe only a signed answer about this payment.

    A query changes nothing, so after any of these errors it may be asked again with a new `request_id`:
    OutboundRefused, NotSent, OutcomeUnknown (see core.kit.outbound), or UnusableAnswer when the HTTP status
    is not 200, the body is not JSON, the signature is wrong, or it is about another terminal or payment.
    `allow_private` is for a configured local gateway only. Source: VNPAY querydr 2.1.0.
    """
    sent = json.dumps(wire.sign_querydr(request, secret)).encode()
    reply = outbound.send(
        "POST",
        api_url,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        data=sent,
        max_bytes=_LONGEST_ANSWER,
        allow_private=allow_private,
    )
    if reply.status != 200:
        raise UnusableAnswer(f"HTTP status {reply.status}", reply.body)
    try:
        answer = wire.verify_querydr_response(json.loads(reply.body), secret)
    except (ValueError, RecursionError) as error:  # not JSON, or refused by the wire
        raise UnusableAnswer(str(error), reply.body) from error
    if (answer.tmn_code, answer.txn_ref) != (request.tmn_code, request.txn_ref):
        raise UnusableAnswer("the answer is about another payment", reply.body)
    return Exchange(answer=answer, sent=sent, received=reply.body)
