"""The product's application for a server that dies by SIGKILL in the middle of a POST under /v1: before the write, or the commit,
whose number stands in the file DIE_AT names; or with the answer made and not sent. The file is emptied first: it dies once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from config.wsgi import application as product

ORDERS = Path(os.environ["DIE_AT"])
WRITES = ("INSERT", "UPDATE", "DELETE")


class Fuse:
    """Counts what may be the last thing this process does; the count stays in a file for the test."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.counted = 0

    def begin(self) -> None:
        word = ORDERS.read_text().strip()
        self.left = int(word) if word else None
        self.counted = 0

    def point(self, what: str) -> None:
        if self.left is None:
            return
        self.counted += 1
        if self.counted == self.left:
            ORDERS.write_text("")
            ORDERS.with_suffix(".died").write_text(what)
            os.kill(os.getpid(), signal.SIGKILL)

    def end(self) -> None:
        if self.left is not None:
            # Later than the last point: the answer is made, and nobody hears it.
            ORDERS.write_text("")
            ORDERS.with_suffix(".died").write_text("answer")
            os.kill(os.getpid(), signal.SIGKILL)


fuse = Fuse()


def before_statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.lstrip().upper().startswith(WRITES):
        fuse.point(" ".join(sql.split()[:3]))
    return execute(sql, params, many, context)


def watch(sender: Any, connection: Any, **_: Any) -> None:
    if before_statement in connection.execute_wrappers:
        return  # the same thread's, connected again
    connection.execute_wrappers.append(before_statement)
    commit = connection._commit

    def committing() -> None:
        fuse.point("COMMIT")
        commit()
        fuse.point("after COMMIT")

    connection._commit = committing


connection_created.connect(watch, weak=False)
connections.close_all()  # the checks at start opened one; processes that are forked must not share it


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith("/v1/"):
        return product(environ, start_response)
    fuse.begin()
    answer = product(environ, start_response)
    whole = b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    fuse.end()
    return [whole]
