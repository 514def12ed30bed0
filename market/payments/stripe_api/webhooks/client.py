"""One call of an endpoint: the only file here that touches the network. No database: it runs in threads beside others."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from enum import StrEnum

from core.kit import clock, outbound
from market.payments.stripe_api.webhooks.signing import HEADER, signature

log = logging.getLogger(__name__)
# Together the ten seconds that Stripe's own deliveries wait.
CONNECTING, ANSWERING = 4.0, 6.0
LONGEST_ANSWER, KEPT_OF_ANSWER = 200_000, 500
USER_AGENT = "LenSan-Webhooks/1.0"


class Trouble(StrEnum):
    """Why a call brought no status."""

    ADDRESS = "address"
    REDIRECT = "redirect"
    CERTIFICATE = "certificate"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    OURS = "ours"


@dataclass(frozen=True)
class Letter:
    """What is sent where: `body` is signed and sent as it is, under every secret that is valid."""

    url: str
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    allow_private: bool


@dataclass(frozen=True)
class Reply:
    """What came of it: a `status`, or the `trouble` there was instead; the answer's first letters."""

    status: int | None
    trouble: Trouble | None
    milliseconds: int
    answer: str = ""

    @property
    def is_taken(self) -> bool:
        """The endpoint has it."""
        return self.status is not None and 200 <= self.status < 300


def deliver(letter: Letter) -> Reply:
    """Call the endpoint once. Never raises: whatever happens is a reply."""
    begun = time.monotonic()
    status, trouble, answer = _call(letter)
    return Reply(status, trouble, int((time.monotonic() - begun) * 1000), answer)


def _call(letter: Letter) -> tuple[int | None, Trouble | None, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        HEADER: signature(letter.body, letter.secrets, int(clock.now().timestamp())),
    }
    try:
        answer = outbound.send(
            "POST",
            letter.url,
            headers=headers,
            data=letter.body,
            connect_timeout=CONNECTING,
            read_timeout=ANSWERING,
            max_bytes=LONGEST_ANSWER,
            allow_private=letter.allow_private,
        )
    except outbound.TooLong as error:  # it has answered; what it has to say beyond its status is nobody's business
        return error.status, None, ""
    except outbound.Redirected:
        return None, Trouble.REDIRECT, ""
    except outbound.OutboundRefused:
        return None, Trouble.ADDRESS, ""
    except outbound.NotSent as error:
        return None, Trouble.CERTIFICATE if "certificate" in str(error).lower() else Trouble.UNREACHABLE, ""
    except outbound.OutboundError:
        return None, Trouble.NO_ANSWER, ""
    except Exception:
        log.exception("an event could not be sent")
        return None, Trouble.OURS, ""
    return answer.status, None, _shown(answer.body)


def _shown(body: bytes) -> str:
    text = body[: 4 * KEPT_OF_ANSWER].decode("utf-8", "replace")
    return "".join(each if each.isprintable() or each == "\n" else " " for each in text)[:KEPT_OF_ANSWER]
