"""Opening a connection with new credentials, pausing it, saying how fast it may go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.contract import (
    ApiAdapter,
    AuthRevoked,
    ConnectionSettings,
    Credentials,
    PlatformFailure,
    software_of,
)
from market.platforms.engine import flow as pace
from market.platforms.engine.auth import REFRESH_LEASE
from market.platforms.engine.catching_up import ask_to_catch_up
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection, Flow
from market.platforms.running.rules import adapter_of, can_run, may_be_chosen_anew
from onboarding.accounts.models import Platform

FASTEST = 1000.0


class ConnectionRefused(Exception):
    """It cannot be done to this connection now; the message is for people."""


def authorise_connection(
    *, connection: Connection, answers: Mapping[str, str], by: Viewer, base_url: str = "", public_url: str = ""
) -> None:
    """Open a connection with what a person typed in (the adapter's `credential_names`), proved by a call to the platform;
    `base_url` and `public_url` are kept when given. Until the proof is there the old credentials stay, whatever happens.
    It lifts a stop and closes the breaker: the queue goes on. Raises PermissionError, ConnectionRefused with what to do."""
    if not can_run(by):
        raise PermissionError
    adapter = adapter_of(connection)
    if not isinstance(adapter, ApiAdapter):
        raise ConnectionRefused("Sàn này trao đổi bằng tệp, không cần khóa.")
    row = pace.flow_of(connection)
    now = clock.now()
    # A worker that renews the old ones at this moment would save them over the new.
    free = Flow.objects.filter(Q(refreshing_until__isnull=True) | Q(refreshing_until__lt=now), pk=row.pk)
    if not free.update(refreshing_until=now + REFRESH_LEASE):
        raise ConnectionRefused("Hệ thống đang làm mới kết nối này. Hãy thử lại sau một phút.")
    try:
        held = settings_of(connection)
        asked = replace(
            held, base_url=base_url or held.base_url, public_url=public_url or held.public_url, credentials={}
        )
        _keep(connection, _proved(adapter, asked, answers), base_url, public_url, by)
        pace.note_success(row)
    finally:
        Flow.objects.filter(pk=row.pk).update(refreshing_until=None)


def _proved(adapter: ApiAdapter, asked: ConnectionSettings, answers: Mapping[str, str]) -> Credentials:
    try:
        return adapter.authorise(asked, answers)
    except AuthRevoked as failure:
        raise ConnectionRefused("Sàn không nhận khóa này. Hãy chép lại khóa từ trang của sàn rồi thử lại.") from failure
    except PlatformFailure as failure:
        raise ConnectionRefused(failure.message_vi) from failure


@transaction.atomic
def _keep(connection: Connection, found: Credentials, base_url: str, public_url: str, by: Viewer) -> None:
    held = Connection.objects.select_for_update().get(pk=connection.pk)
    is_new = held.authorised_at is None
    told = {"kết nối": ("", "khóa mới đã được sàn nhận")}
    for name, label, value in (
        ("base_url", "địa chỉ gọi", base_url),
        ("public_url", "trang cho người mua", public_url),
    ):
        if value and value != getattr(held, name):
            told[label] = (getattr(held, name), value)
            setattr(held, name, value)
    if held.stopped:
        told["đã ngừng vì"] = (str(held.get_stopped_display()), "")
    held.credentials = json.dumps(dict(found.values))
    held.authorised_at, held.authorised_until, held.authorised_by_id = clock.now(), found.valid_until, by.user_id
    held.stopped, held.stopped_at = "", None
    held.save()
    if is_new:
        # What is on sale was published before this platform could take it.
        ask_to_catch_up(held.pk)
    _note("connection.authorised" if is_new else "connection.rotated", held, told, by)


@transaction.atomic
def connect_platform(*, platform: Platform, adapter: str, by: Viewer) -> Connection:
    """Say which software a platform runs, so that its key can be typed in; nothing goes out before that. As long as it was never opened, another
    choice replaces the first one. Raises PermissionError, ConnectionRefused with what to do."""
    if not can_run(by):
        raise PermissionError
    software = software_of(adapter)
    if not software or platform.is_simulation:
        raise ConnectionRefused("Sàn này không nối được theo cách đã chọn. Hãy chọn lại.")
    Platform.objects.select_for_update().get(pk=platform.pk)
    connections = Connection.objects.select_related("platform").filter(platform=platform)
    if (same := connections.filter(adapter=adapter).first()) is not None:
        return same
    held = connections.first()
    if held is not None and not may_be_chosen_anew(held):
        raise ConnectionRefused(f"Sàn {platform.name} đã có kết nối. Hãy mở kết nối đó để thay khóa.")
    before = software_of(held.adapter) if held else ""
    if held is None:
        # It counts as stopped until a key has been proved.
        stopped = {"stopped": Connection.Stopped.KEY, "stopped_at": clock.now()}
        held = Connection.objects.create(platform=platform, adapter=adapter, **stopped)
    else:
        held.adapter = adapter
        held.save(update_fields=["adapter"])
    _note("connection.made", held, {"phần mềm của sàn": (before, software)}, by)
    return held


@transaction.atomic
def pause_connection(*, connection: Connection, by: Viewer) -> None:
    """Nothing goes out until somebody lets it go on; wishes are kept. Once paused it stays. Raises PermissionError."""
    held = _held(connection, by)
    if held.is_enabled:
        held.is_enabled = False
        held.save(update_fields=["is_enabled"])
        _note("connection.paused", held, {}, by)


@transaction.atomic
def resume_connection(*, connection: Connection, by: Viewer) -> None:
    """It goes on, and catches up with what it missed. Raises PermissionError."""
    held = _held(connection, by)
    if not held.is_enabled:
        held.is_enabled = True
        held.save(update_fields=["is_enabled"])
        ask_to_catch_up(held.pk)
        _note("connection.resumed", held, {}, by)


@transaction.atomic
def set_limits(*, connection: Connection, rate_limit: float | None, daily_limit: int | None, by: Viewer) -> None:
    """How fast calls may go, in calls a second and calls a day of Vietnam; None: what the platform says. The same again
    changes nothing. Raises PermissionError, ConnectionRefused."""
    held = _held(connection, by)
    if (rate_limit is not None and not 0 < rate_limit <= FASTEST) or (daily_limit is not None and daily_limit < 1):
        raise ConnectionRefused("Giới hạn phải lớn hơn 0. Bỏ trống nếu không muốn đặt.")
    pace.flow_of(held)
    row = Flow.objects.select_for_update().get(connection=held)
    told = {
        label: (_number(before), _number(after))
        for label, before, after in (
            ("lượt một giây", row.rate_limit, rate_limit),
            ("lượt một ngày", row.daily_limit, daily_limit),
        )
        if before != after
    }
    if told:
        row.rate_limit, row.daily_limit = rate_limit, daily_limit
        row.save(update_fields=["rate_limit", "daily_limit"])
        _note("connection.limits_set", held, told, by)


def _held(connection: Connection, by: Viewer) -> Connection:
    if not can_run(by):
        raise PermissionError
    return Connection.objects.select_for_update().get(pk=connection.pk)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}".replace(".", ",")


def _note(word: str, connection: Connection, told: Mapping[str, tuple[str, str]], by: Viewer) -> None:
    record(word, actor_id=by.user_id, object_label=f"connection:{connection.pk}", changes=told)
