"""The contract for «Sàn thử», on top of wire and client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.kit import clock
from market.platforms.answers import accepted, health_by, offers_one_by_one
from market.platforms.checks import document_issues, photo_bytes, refuse_blocked
from market.platforms.contract import (
    AdapterKind,
    AuthWay,
    Capabilities,
    CategoryPage,
    CategoryWay,
    Conflict,
    ConflictKind,
    ConnectionSettings,
    Credentials,
    Health,
    Issue,
    ItemResult,
    ListingDocument,
    ListingReference,
    MediaReference,
    MediaWay,
    NotFound,
    OfferDocument,
    OrderPage,
    OrdersWay,
    PhotoReference,
    PushEvent,
    RemoteIds,
    RemotePage,
    RemoteSnapshot,
    ReviewResult,
    ReviewWay,
    RuleSet,
    Submission,
    Unsupported,
)
from market.platforms.santhu import goods, orders, wire
from market.platforms.santhu.client import Client
from market.platforms.santhu.wire import Grant

KEY = "santhu"
REVIEW_HOURS = 24
CAPABILITIES = Capabilities(
    kind=AdapterKind.API,
    rule_version="santhu-1",
    reads_back=True,
    lookup_by_reference=True,
    sku_unique=False,
    review=ReviewWay.ASYNC,
    rejection_reasons=True,
    media=MediaWay.PUSH,
    separate_offers=True,
    can_hide=True,
    can_withdraw=True,
    title_minimum=3,
    title_maximum=120,
    description_maximum=5000,
    photo_maximum=9,
    photo_bytes_maximum=5_000_000,
    page_links=True,
    review_hours=REVIEW_HOURS,
    settling_seconds=5.0,
    auth=AuthWay.KEY,
    lists=True,
    creates_with_offer=True,
    calls_per_second=50.0,
    orders=OrdersWay.BOTH,
    push_verified=True,
    remote_validate=True,
    categories=CategoryWay.TREE,
    category_leaf_only=True,
    category_rules=True,
    key_expires=True,
    suspends_shops=True,
    holds_what_is_ordered=True,
)
RENEWABLE = replace(CAPABILITIES, refreshes=True)
REFRESH_NAME, PUSH_NAME = "refresh_token", "push_secret"


class SanThuAdapter:
    """Drives the simulated marketplace; keeps no state."""

    key = KEY

    def capabilities(self, connection: ConnectionSettings) -> Capabilities:
        """Fixed by its documentation; a shop that was given tokens can have them renewed."""
        return RENEWABLE if REFRESH_NAME in connection.credentials else CAPABILITIES

    def health(self, connection: ConnectionSettings) -> Health:
        """One read with the key."""

        def ask() -> str:
            Client(connection).check_key()
            return ""

        return health_by(ask)

    def validate(
        self, connection: ConnectionSettings, document: ListingDocument, *, remote: bool = False
    ) -> tuple[Issue, ...]:
        """By the documented limits, then by the platform's dry run; what is blocked here is not asked about there."""
        issues = document_issues(CAPABILITIES, document)
        if not remote or goods.blocks(issues):
            return issues
        # Photos are only counted there: their ids are given out when they are sent.
        unsent = dict.fromkeys((photo.sha256 for photo in document.photos), "")
        return (*issues, *Client(connection).dry_run(wire.creation_body(document, unsent)))

    def categories(self, connection: ConnectionSettings, cursor: str = "") -> CategoryPage:
        """Page by page; the cursor is the page's number."""
        return Client(connection).categories(int(cursor or 1))

    def category_rules(self, connection: ConnectionSettings, category: str) -> RuleSet:
        """As they are in force now."""
        return Client(connection).category_rules(category)

    def find(self, connection: ConnectionSettings, reference: ListingReference) -> RemoteSnapshot | None:
        """By exact SKU, which this platform does not keep unique."""
        found = Client(connection).listings_with(reference)
        if len(found) > 1:
            raise Conflict(ConflictKind.TWO_OBJECTS, holders=[snapshot.remote for snapshot in found])
        return found[0] if found else None

    def put_media(self, connection: ConnectionSettings, photo: PhotoReference, operation_id: str) -> MediaReference:
        """Uploads only what the platform does not hold yet."""
        client = Client(connection)
        held = client.media(photo.sha256)
        return held or client.upload(photo, photo_bytes(photo, CAPABILITIES), operation_id)

    def put_content(
        self,
        connection: ConnectionSettings,
        document: ListingDocument,
        remote: RemoteIds | None,
        operation_id: str,
    ) -> Submission:
        """Photos first, then the listing. The offer travels with a creation only."""
        refuse_blocked(self.validate(connection, document))
        media = {photo.sha256: self.put_media(connection, photo, operation_id).remote_id for photo in document.photos}
        client = Client(connection)
        if remote is None:
            snapshot = client.create(wire.creation_body(document, media), operation_id)
        else:
            body = wire.content_body(document, media)
            snapshot = client.replace(remote.product_id, body, operation_id)
        return accepted(snapshot.remote, operation_id, review_hours=REVIEW_HOURS)

    def put_offers(
        self, connection: ConnectionSettings, offers: Sequence[OfferDocument], operation_id: str
    ) -> list[ItemResult]:
        """One call per offer. When the connection itself is refused, the rest is not even tried."""
        client = Client(connection)

        def put(offer: OfferDocument) -> RemoteIds:
            return client.set_offer(offer.remote.product_id, wire.offer_body(offer), operation_id).remote

        return offers_one_by_one(CAPABILITIES, offers, put)

    def set_visibility(
        self, connection: ConnectionSettings, remote: RemoteIds, visible: bool, operation_id: str
    ) -> Submission:
        """Does not touch the review."""
        snapshot = Client(connection).set_visibility(remote.product_id, visible, operation_id)
        return accepted(snapshot.remote, operation_id)

    def withdraw(self, connection: ConnectionSettings, remote: RemoteIds, operation_id: str) -> Submission:
        """Deletes. Gone already is as good."""
        try:
            Client(connection).delete(remote.product_id, operation_id)
        except NotFound:
            return accepted(remote, operation_id)
        return accepted(remote, operation_id)

    def poll(self, connection: ConnectionSettings, submission: Submission) -> ReviewResult:
        """Reads the listing that the submission made. Raises NotFound when it was removed."""
        if submission.remote is None:
            raise Unsupported("a submission without a remote id cannot be polled")
        return self.fetch(connection, submission.remote).review

    def fetch(self, connection: ConnectionSettings, remote: RemoteIds) -> RemoteSnapshot:
        """Reads one listing."""
        return Client(connection).listing(remote.product_id)

    def list_remote(self, connection: ConnectionSettings, cursor: str = "") -> RemotePage:
        """Page by page; the cursor is the page's number."""
        part = Client(connection).listings(int(cursor or 1))
        return RemotePage(part.items, str(part.next_page or ""))

    def pull_orders(self, connection: ConnectionSettings, since: datetime, cursor: str = "") -> OrderPage:
        """By their latest change; buyers are masked here."""
        return Client(connection).orders(since, cursor)

    def parse_push(
        self, connection: ConnectionSettings, headers: Mapping[str, str], raw: bytes
    ) -> tuple[PushEvent, ...]:
        """Signed with a secret that follows from the key; tokens come with it (`push_secret`)."""
        credentials = connection.credentials
        key = credentials.get("key", "")
        secret = credentials.get(PUSH_NAME) or (orders.push_secret(key) if key else "")
        return orders.parse_push(secret, headers, raw, clock.now())

    @property
    def credential_names(self) -> Mapping[str, str]:
        """One key."""
        return {"key": "Khóa kết nối"}

    def authorise(self, connection: ConnectionSettings, answers: Mapping[str, str]) -> Credentials:
        """The key itself once the platform has answered to it, or tokens in exchange for it where the platform uses those."""
        key = answers.get("key", "").strip()
        given = replace(connection, credentials={"key": key})
        try:
            return _credentials(Client(given).exchange({"key": key}), orders.push_secret(key))
        except NotFound:
            Client(given).check_key()
            return Credentials({"key": key})

    def refresh_auth(self, connection: ConnectionSettings) -> Credentials:
        """The next pair of tokens for a refresh token, which is used up by that."""
        refresh_token = connection.credentials.get(REFRESH_NAME)
        if not refresh_token:
            raise Unsupported("a key is not renewed")
        grant = Client(connection).exchange({REFRESH_NAME: refresh_token})
        return _credentials(grant, connection.credentials.get(PUSH_NAME, ""))


def _credentials(grant: Grant, push_secret: str) -> Credentials:
    values = {"token": grant.token, REFRESH_NAME: grant.refresh_token, PUSH_NAME: push_secret}
    return Credentials(values, clock.now() + timedelta(seconds=grant.seconds))
