"""HTTP to «Sàn thử»: the only file here that touches the network.

Every answer becomes typed data or a PlatformFailure. What a failed call means depends on what it was:
a read (or a write that may safely be repeated) is Retryable, any other write is OutcomeUnknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.kit import clock, outbound
from market.platforms.contract import (
    AuthRevoked,
    Conflict,
    ConflictKind,
    ConnectionSettings,
    ContractBroken,
    ListingReference,
    MediaReference,
    NotFound,
    OutcomeUnknown,
    Permanent,
    PhotoReference,
    PlatformFailure,
    RateLimited,
    RateNotice,
    RemoteSnapshot,
    Retryable,
    ShopSuspended,
    ValidationFailed,
    pause_seconds,
)
from market.platforms.santhu import wire

PAGES_AT_MOST = 20
KEY_NAME = "key"


@dataclass(frozen=True)
class Client:
    """The seller API for one connection; the bearer key is `credentials["key"]`."""

    connection: ConnectionSettings

    def check_key(self) -> None:
        """Ask who we are. Raises PlatformFailure when calls would not be served."""
        wire.parse_json(self._call("GET", "/api/me").body)

    def listings_with(self, reference: ListingReference) -> list[RemoteSnapshot]:
        """All remote listings whose SKU is exactly ours. The filter of the server is not trusted:
        the answer itself is compared."""
        found: list[RemoteSnapshot] = []
        page: int | None = 1
        for _ in range(PAGES_AT_MOST):
            answer = self._call("GET", "/api/listings", params={"sku": reference.sku, "page": str(page)})
            part = wire.parse_listing_page(answer.body, public_url=self._public_url, seen_at=clock.now())
            found.extend(snapshot for snapshot in part.items if snapshot.sku == reference.sku)
            page = part.next_page
            if page is None:
                return found
        raise ContractBroken(f"more than {PAGES_AT_MOST} pages for one SKU")

    def listings(self, page: int) -> wire.ListingPage:
        """One page of everything that bears our key."""
        answer = self._call("GET", "/api/listings", params={"page": str(page)})
        return wire.parse_listing_page(answer.body, public_url=self._public_url, seen_at=clock.now())

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
    ) -> outbound.Answer:
        """One call, judged: a good answer, or the PlatformFailure that says what to do next."""
        is_safe = repeatable or method == "GET"
        headers = {"Authorization": f"Bearer {self.connection.credentials.get(KEY_NAME, '')}"}
        if content_type:
            headers["Content-Type"] = content_type
        if operation_id:
            headers["X-Request-Id"] = operation_id
        self.connection.gate.enter()
        notice: RateNotice | None = None
        try:
            answer = outbound.send(
                method,
                self.connection.base_url.rstrip("/") + path,
                headers=headers,
                params=params,
                json=json,
                data=data,
                read_timeout=self.connection.read_timeout,
                allow_private=self.connection.allow_private,
            )
            notice = wire.parse_notice(answer.headers)
        except outbound.NotSent as error:
            raise Retryable(str(error)) from error
        except outbound.OutcomeUnknown as error:
            raise (Retryable if is_safe else OutcomeUnknown)(str(error)) from error
        except outbound.OutboundRefused as error:
            raise Permanent(str(error)) from error
        finally:
            self.connection.gate.leave(notice)
        failure = _failure_in(answer, is_safe=is_safe, creates=creates)
        if failure is not None:
            raise failure
        return answer


def _path(product_id: str) -> str:
    return f"/api/listings/{quote(product_id, safe='')}"


def _failure_in(answer: outbound.Answer, *, is_safe: bool, creates: bool) -> PlatformFailure | None:
    """What an answer means when it is not simply good; the body is judged, not only the status."""
    refusal = wire.parse_refusal(answer.body)
    detail = f"HTTP {answer.status}" + (f" {refusal.code}: {refusal.message}" if refusal else "")
    if answer.status < 300:
        return _failure_in_success(answer, refusal, detail, is_safe=is_safe)
    if answer.status == 429:
        return RateLimited(pause_seconds(answer.headers.get("Retry-After")), detail=detail)
    if answer.status >= 500:
        return OutcomeUnknown(detail) if creates else Retryable(detail)
    if refusal is None:
        return ContractBroken(detail)
    match answer.status:
        case 401:
            return AuthRevoked(detail)
        case 403 if refusal.code == "shop_suspended":
            return ShopSuspended(detail)
        case 404:
            return NotFound(detail)
        case 409 if refusal.code == "duplicate_sku":
            return Conflict(ConflictKind.DUPLICATE, detail=detail)
        case 422 if refusal.issues:
            return ValidationFailed(refusal.issues, detail)
        case _:
            return Permanent(detail)


def _failure_in_success(
    answer: outbound.Answer, refusal: wire.Refusal | None, detail: str, *, is_safe: bool
) -> PlatformFailure | None:
    if refusal is not None:
        # An error inside a success does not say whether something was written first.
        return Retryable(detail) if is_safe else OutcomeUnknown(detail)
    if answer.status == 204:
        return None
    try:
        wire.parse_json(answer.body)
    except ContractBroken as broken:
        # A read shows a broken contract at once; after a write, the first question is what was written.
        return broken if is_safe else OutcomeUnknown(broken.detail)
    return None
