"""HTTP to «Sàn thử»: the only file here that touches the network.

Every answer becomes typed data or a PlatformFailure. What a failed call means depends on what it was:
a read (or a write that may safely be repeated) is Retryable, any other write is OutcomeUnknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from core.kit import clock, outbound
from market.platforms.calling import call
from market.platforms.contract import (
    CategoryPage,
    ConnectionSettings,
    ContractBroken,
    Issue,
    ListingReference,
    MediaReference,
    OrderPage,
    PhotoReference,
    RemoteSnapshot,
    RuleSet,
)
from market.platforms.santhu import goods, orders, wire
from market.platforms.santhu.refusals import failure_in, parse_notice

PAGES_AT_MOST = 20
KEY_NAME, TOKEN_NAME = "key", "token"


@dataclass(frozen=True)
class Client:
    """The seller API for one connection; the bearer is `credentials["token"]`, or `["key"]` where no tokens are used."""

    connection: ConnectionSettings

    def check_key(self) -> None:
        """Ask who we are. Raises PlatformFailure when calls would not be served."""
        wire.parse_json(self._call("GET", "/api/me").body)

    def exchange(self, shown: dict[str, str]) -> wire.Grant:
        """Tokens for `{"key": …}` or `{"refresh_token": …}`; the latter is worth nothing afterwards, whatever becomes of
        the answer. Raises NotFound where no tokens are used, AuthRevoked when nothing is given."""
        answer = self._call("POST", "/api/token", json=shown, is_signed=False, creates="refresh_token" in shown)
        return wire.parse_grant(answer.body)

    def listings_with(self, reference: ListingReference) -> list[RemoteSnapshot]:
        """All remote listings whose SKU is exactly ours. The filter of the server is not trusted:
        the answer itself is compared."""
        found: list[RemoteSnapshot] = []
        page: int = 1
        for _ in range(PAGES_AT_MOST):
            answer = self._call("GET", "/api/listings", params={"sku": reference.sku, "page": str(page)})
            part = wire.parse_listing_page(answer.body, public_url=self._public_url, seen_at=clock.now())
            found.extend(snapshot for snapshot in part.items if snapshot.sku == reference.sku)
            following = _later(part, page)
            if following is None:
                # Something that moved between two pages comes twice, and is one all the same.
                return list({snapshot.remote.product_id: snapshot for snapshot in found}.values())
            page = following
        raise ContractBroken(f"more than {PAGES_AT_MOST} pages for one SKU")

    def listings(self, page: int) -> wire.ListingPage:
        """One page of everything that bears our key."""
        answer = self._call("GET", "/api/listings", params={"page": str(page)})
        part = wire.parse_listing_page(answer.body, public_url=self._public_url, seen_at=clock.now())
        _later(part, page)
        return part

    def listing(self, product_id: str) -> RemoteSnapshot:
        """One listing. Raises NotFound."""
        return self._listing(self._call("GET", _path(product_id)))

    def create(self, body: dict[str, Any], operation_id: str) -> RemoteSnapshot:
        """A new listing. A server error leaves its fate open, for this call alone may not be repeated."""
        return self._listing(self._call("POST", "/api/listings", json=body, operation_id=operation_id, creates=True))

    def replace(self, product_id: str, body: dict[str, Any], operation_id: str) -> RemoteSnapshot:
        """New content for a listing."""
        return self._listing(self._call("PUT", _path(product_id), json=body, operation_id=operation_id))

    def set_offer(self, product_id: str, body: dict[str, Any], operation_id: str) -> RemoteSnapshot:
        """New price and stock for a listing."""
        path = f"{_path(product_id)}/offer"
        return self._listing(self._call("PATCH", path, json=body, operation_id=operation_id))

    def set_visibility(self, product_id: str, visible: bool, operation_id: str) -> RemoteSnapshot:
        """Show or hide a listing."""
        path = f"{_path(product_id)}/visibility"
        return self._listing(self._call("POST", path, json={"visible": visible}, operation_id=operation_id))

    def delete(self, product_id: str, operation_id: str) -> None:
        """Remove a listing. Raises NotFound when it is gone already."""
        self._call("DELETE", _path(product_id), operation_id=operation_id)

    def media(self, sha256: str) -> MediaReference | None:
        """The photo with this digest, if the platform holds it."""
        return wire.parse_media_list(self._call("GET", "/api/media", params={"sha256": sha256}).body, sha256)

    def upload(self, photo: PhotoReference, content: bytes, operation_id: str) -> MediaReference:
        """Give the platform a photo. It is named by its content, so that a repeated upload adds nothing."""
        answer = self._call(
            "POST",
            "/api/media",
            data=content,
            content_type=photo.content_type,
            operation_id=operation_id,
            repeatable=True,
        )
        return wire.parse_media(wire.parse_json(answer.body), photo.sha256)

    def dry_run(self, body: dict[str, Any]) -> tuple[Issue, ...]:
        """What a creation with this body would be told; nothing is kept there."""
        return goods.parse_dry_run(self._call("POST", "/api/dry-run", json=body, repeatable=True).body)

    def categories(self, page: int) -> CategoryPage:
        """One page of the tree of goods."""
        return goods.parse_categories(self._call("GET", "/api/categories", params={"page": str(page)}).body, page)

    def category_rules(self, code: str) -> RuleSet:
        """What is asked in a category. Raises NotFound."""
        return goods.parse_rules(self._call("GET", f"/api/categories/{quote(code, safe='')}/rules").body, code)

    def orders(self, since: datetime, cursor: str) -> OrderPage:
        """One page of orders that changed at or after `since`."""
        params = {"since": since.astimezone(UTC).isoformat(), **({"cursor": cursor} if cursor else {})}
        return orders.parse_orders(self._call("GET", "/api/orders", params=params).body)

    @property
    def _bearer(self) -> str:
        credentials = self.connection.credentials
        return credentials.get(TOKEN_NAME) or credentials.get(KEY_NAME, "")

    @property
    def _public_url(self) -> str:
        return self.connection.public_url or self.connection.base_url

    def _listing(self, answer: outbound.Answer) -> RemoteSnapshot:
        value = wire.parse_json(answer.body)
        return wire.parse_listing(value, public_url=self._public_url, seen_at=clock.now())

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: dict[str, Any] | None = None,
        data: bytes | None = None,
        content_type: str = "",
        operation_id: str = "",
        repeatable: bool = False,
        creates: bool = False,
        is_signed: bool = True,
    ) -> outbound.Answer:
        """One call, judged: a good answer, or the PlatformFailure that says what to do next."""
        is_safe = repeatable or method == "GET"
        headers = {"Authorization": f"Bearer {self._bearer}"} if is_signed else {}
        if content_type:
            headers["Content-Type"] = content_type
        if operation_id:
            headers["X-Request-Id"] = operation_id
        answer = call(
            self.connection,
            method,
            path,
            is_safe=is_safe,
            headers=headers,
            params=params,
            json=json,
            data=data,
            notice_of=parse_notice,
        )
        failure = failure_in(answer, is_safe=is_safe, creates=creates, has_body=method != "DELETE")
        if failure is not None:
            raise failure
        return answer


def _path(product_id: str) -> str:
    return f"/api/listings/{quote(product_id, safe='')}"


def _later(part: wire.ListingPage, page: int) -> int | None:
    """The next page's number. Raises ContractBroken when it leads back: there would be no end."""
    if part.next_page is not None and part.next_page <= page:
        raise ContractBroken(f"page {part.next_page} after page {page}")
    return part.next_page
