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
# Keys in addresses (orders, reports of wrong goods, screens) are 24 or 32 random bytes in letters of both sizes; names of goods are small letters.
_KEY_IN_ADDRESS = re.compile(r"(?<=/)(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{32,}")
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


class WithoutKeys(logging.Formatter):
    """Writes "…" for what opens a page to whoever has its address: a log is read by more people than the page."""

    def format(self, record: logging.LogRecord) -> str:
        return _KEY_IN_ADDRESS.sub("…", super().format(record))


class WithRequestId(logging.Filter):
    """Gives every log record a `request_id` ("-" outside a request)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = origin().request_id or "-"
        return True
