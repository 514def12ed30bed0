"""Where the running code came from: a page, the API, the worker or a command; and the number of the request.

Kept in a context variable, so that the audit trail and the log know it without every function passing it on.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

WEB, API, WORKER, COMMAND = "web", "api", "worker", "command"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,39}")


@dataclass(frozen=True)
class Origin:
    """`via` is one of the words above; `request_id` is empty outside a request."""

    via: str = COMMAND
    request_id: str = ""


_A_COMMAND = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=_A_COMMAND)


def origin() -> Origin:
    """The origin of what runs here."""
    return _current.get()


@contextmanager
def running(via: str, request_id: str = "") -> Iterator[Origin]:
    """Everything inside the block came from there."""
    here = Origin(via, request_id)
    token = _current.set(here)
    try:
        yield here
    finally:
        _current.reset(token)


def request_id_from(offered: str) -> str:
    """The caller's own request number if it is a short plain token (8 to 40 letters, digits, dots, hyphens), so that
    nobody writes lines into our log; otherwise a fresh one."""
    return offered if _SANE.fullmatch(offered) else secrets.token_hex(8)


class WithRequestId(logging.Filter):
    """Gives every log record a `request_id` ("-" outside a request)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = origin().request_id or "-"
        return True
