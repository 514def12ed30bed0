"""The files that other platforms fetch: for everybody, without signing in, built only when something has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.kit import clock
from core.people.limits.rules import PUBLIC_LISTS
from core.people.limits.views import limited
from core.places.models import Level
from core.places.queries import unit_by_code
from market.feeds.facts import from_json
from market.feeds.formats import FORMATS, Format, Head, Row
from market.feeds.models import FeedEntry
from market.feeds.queries import Standing, feed_of_province, feed_of_shop, rows_of, shop_with_feed, standing_of
from market.feeds.since import NotAMoment, moment_of, written
from market.feeds.text import line
from market.storefront.addresses import absolute, shop_address

MAX_AGE = 60  # seconds: a good that was taken down shall not linger in a cache
IN_MEMORY = 1_000_000  # bytes of a file; what is longer waits on the disk until it is sent
TRIES = 3
# A change in the same second as the last one would look unchanged to whoever asks by the second.
_SETTLED = timedelta(seconds=2)


@dataclass(frozen=True)
class _Feed:
    """What was asked for: whose entries, in which way of writing, since when. `route` names the address and its parts."""

    route: tuple[str, tuple[str, str]]
    title: str
    page: str
    entries: QuerySet[FeedEntry]
    format: Format
    since: datetime | None


@dataclass(frozen=True)
class _State:
    """What a file is written from: how far its entries have come, and the day as of which it is told. Equal ones are the same
    bytes; whatever an answer says of a day is said of this one."""

    standing: Standing
    day: date


@require_safe
@limited(PUBLIC_LISTS)
def of_shop(request: HttpRequest, slug: str, file_name: str) -> HttpResponseBase:
    """What a shop sells; a closed one sells nothing."""
    shop = shop_with_feed(slug)
    if shop is None or file_name not in FORMATS:
        raise Http404
    title = _("Hàng của %(name)s trên Lên Sàn") % {"name": line(shop.name) or shop.slug}
    route = ("shop_feed", (slug, file_name))
    return _answer(request, route, title, shop_address(shop), feed_of_shop(shop))


@require_safe
@limited(PUBLIC_LISTS)
def of_province(request: HttpRequest, code: str, file_name: str) -> HttpResponseBase:
    """What the shops of a province of today sell."""
    province = unit_by_code(Level.PROVINCE, code, clock.today())
    if province is None or file_name not in FORMATS:
        raise Http404
    title = _("Hàng của %(name)s trên Lên Sàn") % {"name": province}
    page = absolute(f"{reverse('feeds')}?tinh={code}")
    return _answer(request, ("province_feed", (code, file_name)), title, page, feed_of_province(province))


def _answer(
    request: HttpRequest, route: tuple[str, tuple[str, str]], title: str, page: str, entries: QuerySet[FeedEntry]
) -> HttpResponseBase:
    kind = FORMATS[route[1][1]]
    try:
        since = moment_of(request.GET.get("updated_since", ""))
    except NotAMoment:
        words = _(
            "updated_since phải là thời điểm ISO 8601 có múi giờ, ví dụ 2026-11-23T15:00:00+07:00 (dấu + viết là %2B). Hãy sửa rồi gọi lại."
        )
        return HttpResponse(f"{words}\n", status=400, content_type="text/plain; charset=utf-8")
    feed = _Feed(route, title, page, entries, kind, since)
    state = _state_of(entries)
    etag, last_modified = _etag(feed, state), _last_modified(state)
    unchanged = get_conditional_response(request, etag=etag, last_modified=last_modified)
    if unchanged is not None:
        return _headed(unchanged, state.standing, etag, last_modified)
    if request.method == "HEAD":
        return _headed(HttpResponse(content_type=kind.content_type), state.standing, etag, last_modified)
    for _again in range(TRIES):
        body = _body(feed, state)
        before, state = state, _state_of(entries)
        if before == state:
            return _headed(_file(body, kind), state.standing, _etag(feed, state), _last_modified(state))
        body.close()
    # It changes faster than it can be written: nothing may be concluded from this copy but what to ask for next.
    return _headed(_file(_body(feed, state), kind), state.standing, None, None)


def _state_of(entries: QuerySet[FeedEntry]) -> _State:
    return _State(standing_of(entries), clock.today())


def _body(feed: _Feed, state: _State) -> IO[bytes]:
    since, standing = feed.since, state.standing
    head = Head(
        feed.title,
        absolute(reverse(feed.route[0], args=feed.route[1])) + (f"?updated_since={written(since)}" if since else ""),
        feed.page,
        standing.changed_at,
        since,
        standing.next_since,
    )
    body: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    for part in feed.format.write(head, _rows(rows_of(feed.entries, since), state.day)):
        body.write(part.encode())
    body.seek(0)
    return body


def _rows(entries: Iterable[FeedEntry], day: date) -> Iterator[Row]:
    for entry in entries:
        facts = None if entry.is_gone else from_json(entry.facts).on(day)
        yield Row(entry.sku, entry.changed_at, facts)


def _file(body: IO[bytes], kind: Format) -> FileResponse:
    response = FileResponse(body, content_type=kind.content_type)
    response["Content-Disposition"] = f'inline; filename="{kind.file_name}"'
    return response


def _headed(
    response: HttpResponseBase, standing: Standing, etag: str | None, last_modified: int | None
) -> HttpResponseBase:
    if etag:
        response["ETag"] = etag
        patch_cache_control(response, public=True, max_age=MAX_AGE)
    else:
        patch_cache_control(response, no_store=True)
    if last_modified:
        response["Last-Modified"] = http_date(last_modified)
    response["X-Next-Updated-Since"] = written(standing.next_since)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, X-Next-Updated-Since"
    response["X-Robots-Tag"] = "noindex"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _etag(feed: _Feed, state: _State) -> str:
    """Strong: equal ones are the same bytes. The day stands in it because certificates and promotions end with one."""
    (route, arguments), standing = feed.route, state.standing
    said = (
        feed.format.version, settings.BASE_URL, state.day.isoformat(), route, *arguments, feed.title, feed.page,
        written(feed.since) if feed.since else "", standing.entries, standing.versions, written(standing.changed_at),
    )  # fmt: skip
    return f'"{hashlib.sha256(repr(said).encode()).hexdigest()}"'


def _last_modified(state: _State) -> int | None:
    """Seconds since 1970, not before the beginning of the day; None while another change in the same second may follow."""
    changed_at = state.standing.changed_at
    if clock.now() - changed_at < _SETTLED:
        return None
    return int(max(changed_at, clock.start_of(state.day)).timestamp())
