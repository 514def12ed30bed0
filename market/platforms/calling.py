"""One call to a platform's server: through the connection's gate, within its patience, every trouble on the way sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.kit import outbound
from market.platforms.contract import ConnectionSettings, OutcomeUnknown, Permanent, RateNotice, Retryable

CONNECT_TIMEOUT = 5.0


def call(
    connection: ConnectionSettings,
    method: str,
    path: str,
    *,
    is_safe: bool,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    data: bytes | None = None,
    notice_of: Callable[[Mapping[str, str]], RateNotice | None] | None = None,
) -> outbound.Answer:
    """A whole answer of any status. `is_safe`: the call may be repeated, so that a lost answer is Retryable; for any other call it is
    OutcomeUnknown. `notice_of` reads from the headers what the platform says of the pace. Raises PlatformFailure."""
    connection.gate.enter()
    notice: RateNotice | None = None
    try:
        answer = outbound.send(
            method,
            connection.base_url.rstrip("/") + path,
            headers=dict(headers or {}),
            params=dict(params) if params is not None else None,
            json=json,
            data=data,
            connect_timeout=min(CONNECT_TIMEOUT, connection.read_timeout),
            read_timeout=connection.read_timeout,
            allow_private=connection.allow_private,
        )
        notice = notice_of(answer.headers) if notice_of else None
    except outbound.NotSent as error:
        raise Retryable(str(error)) from error
    except outbound.OutcomeUnknown as error:
        raise (Retryable if is_safe else OutcomeUnknown)(str(error)) from error
    except outbound.OutboundRefused as error:
        raise Permanent(str(error)) from error
    finally:
        connection.gate.leave(notice)
    return answer
