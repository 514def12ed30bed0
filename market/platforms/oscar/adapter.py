"""The contract for a shop on django-oscar, on top of wire and client."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from market.platforms.answers import accepted, health_by, offers_one_by_one
from market.platforms.checks import document_issues, photo_bytes, refuse_blocked
from market.platforms.contract import (
    AdapterKind,
    AuthRevoked,
    AuthWay,
    Capabilities,
    CategoryPage,
    CategoryWay,
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
    Severity,
    Submission,
    Unsupported,
    ValidationFailed,
)
from market.platforms.oscar import lists, wire
from market.platforms.oscar.client import PARTNER_NAME, TOKEN_NAME, Client

KEY = "oscar"
SKU_MAXIMUM = 64
CAPABILITIES = Capabilities(
    kind=AdapterKind.API,
    rule_version="oscarapi-3.3",
    reads_back=True,
    lookup_by_reference=True,
    sku_unique=True,
    review=ReviewWay.NONE,
    rejection_reasons=False,
    media=MediaWay.PULL,
    separate_offers=True,
    can_hide=True,
    can_withdraw=True,
    title_maximum=255,
    description_maximum=20_000,
    photo_maximum=9,
    photo_bytes_maximum=5_000_000,
    photo_types=("image/jpeg", "image/png", "image/webp"),
    page_links=True,
    settling_seconds=5.0,
    auth=AuthWay.KEY,
    lists=True,
    creates_with_offer=True,
    orders=OrdersWay.PULL,
    categories=CategoryWay.TREE,
    key_expires=False,
    suspends_shops=False,
    holds_what_is_ordered=False,
    dates_order_changes=False,
)


class OscarAdapter:
    """Drives the admin API of oscarapi; keeps no state."""

    key = KEY

    def capabilities(self, connection: ConnectionSettings) -> Capabilities:
        """Those of the software; how a shop has set it up changes none of them."""
        return CAPABILITIES

    def health(self, connection: ConnectionSettings) -> Health:
        """One read with the token."""

        def ask() -> str:
            known = Client(connection).partners().values()
            is_known = connection.credentials.get(PARTNER_NAME) in known
            return "" if is_known else "Sàn không còn nhà cung cấp đã chọn. Hãy kết nối lại."

        return health_by(ask)

    def validate(
        self, connection: ConnectionSettings, document: ListingDocument, *, remote: bool = False
    ) -> tuple[Issue, ...]:
        """By the limits of its tables; there is no dry run."""
        if remote:
            raise Unsupported("the shop has no dry run")
        issues = document_issues(CAPABILITIES, document)
        if len(document.reference.sku) > SKU_MAXIMUM:
            message = f"Mã hàng dài quá {SKU_MAXIMUM} ký tự, sàn không nhận. Hãy rút ngắn mã hàng."
            issues = (*issues, Issue("sku_too_long", "sku", Severity.BLOCK, message))
        return issues

    def categories(self, connection: ConnectionSettings, cursor: str = "") -> CategoryPage:
        """All in one part."""
        return Client(connection).categories()

    def category_rules(self, connection: ConnectionSettings, category: str) -> RuleSet:
        """The shop asks nothing of goods by their category."""
        raise Unsupported("categories have no rules")

    def find(self, connection: ConnectionSettings, reference: ListingReference) -> RemoteSnapshot | None:
        """By exact UPC, of which there is one at most."""
        found = Client(connection).product_with(reference.sku)
        return found.snapshot if found else None

    def put_media(self, connection: ConnectionSettings, photo: PhotoReference, operation_id: str) -> MediaReference:
        """Only an address: the shop fetches the photo together with its product."""
        return MediaReference(photo.sha256, _sent(photo).address)

    def put_content(
        self,
        connection: ConnectionSettings,
        document: ListingDocument,
        remote: RemoteIds | None,
        operation_id: str,
    ) -> Submission:
        """The category is asked for first, for an unknown one would be made. The offer travels with a creation only."""
        refuse_blocked(self.validate(connection, document))
        photos, client = [_sent(photo) for photo in document.photos], Client(connection)
        category = self._category(client, document.category_code)
        nonce = secrets.token_hex(6)
        if remote is None:
            product = client.create(wire.creation_body(document, photos, category, nonce, client.partner))
        else:
            product = client.replace(remote.product_id, wire.content_body(document, photos, category, nonce))
        return accepted(product.snapshot.remote, operation_id)

    def put_offers(
        self, connection: ConnectionSettings, offers: Sequence[OfferDocument], operation_id: str
    ) -> list[ItemResult]:
        """Two calls per offer: what is promised to buyers has to be known to say what lies in the store. When the connection itself is
        refused, the rest is not even tried."""
        client = Client(connection)
        return offers_one_by_one(CAPABILITIES, offers, lambda offer: self._put_offer(client, offer))

    def set_visibility(
        self, connection: ConnectionSettings, remote: RemoteIds, visible: bool, operation_id: str
    ) -> Submission:
        """Public or not."""
        product = Client(connection).change(remote.product_id, {"is_public": visible})
        return accepted(product.snapshot.remote, operation_id)

    def withdraw(self, connection: ConnectionSettings, remote: RemoteIds, operation_id: str) -> Submission:
        """Deletes; orders keep their lines. Gone already is as good."""
        try:
            Client(connection).delete(remote.product_id)
        except NotFound:
            return accepted(remote, operation_id)
        return accepted(remote, operation_id)

    def poll(self, connection: ConnectionSettings, submission: Submission) -> ReviewResult:
        """Nobody reviews: what is there is live. Raises NotFound when it was removed."""
        if submission.remote is None:
            raise Unsupported("a submission without a remote id cannot be polled")
        return self.fetch(connection, submission.remote).review

    def fetch(self, connection: ConnectionSettings, remote: RemoteIds) -> RemoteSnapshot:
        """Reads one product."""
        return Client(connection).product(remote.product_id).snapshot

    def list_remote(self, connection: ConnectionSettings, cursor: str = "") -> RemotePage:
        """Page by page as the shop has set them up; what is made meanwhile comes at the end."""
        products, following = Client(connection).products(lists.place_at(cursor))
        return RemotePage(tuple(product.snapshot for product in products), following.cursor if following else "")

    def pull_orders(self, connection: ConnectionSettings, since: datetime, cursor: str = "") -> OrderPage:
        """By when they were placed, for when they changed is not told; buyers are masked here."""
        return Client(connection).orders(since, cursor)

    def parse_push(
        self, connection: ConnectionSettings, headers: Mapping[str, str], raw: bytes
    ) -> tuple[PushEvent, ...]:
        """The shop tells nothing by itself."""
        raise Unsupported("nothing is pushed")

    @property
    def credential_names(self) -> Mapping[str, str]:
        """The token of a member of staff, and whose goods ours are among those of the shop."""
        return {
            TOKEN_NAME: "Khóa (token) của tài khoản quản lý",
            PARTNER_NAME: "Mã nhà cung cấp (partner code) của gian hàng",
        }

    def authorise(self, connection: ConnectionSettings, answers: Mapping[str, str]) -> Credentials:
        """The token once the shop has answered to it and knows the partner; makes our product class there."""
        token, code = answers.get(TOKEN_NAME, "").strip(), answers.get(PARTNER_NAME, "").strip()
        client = Client(replace(connection, credentials={TOKEN_NAME: token}))
        path = client.partners().get(code)
        if path is None:
            raise AuthRevoked(
                f"no partner {code[:40]!r}", message_vi="Gian hàng không có mã nhà cung cấp này. Hãy chép lại."
            )
        client.prepare()
        return Credentials({TOKEN_NAME: token, PARTNER_NAME: path})

    def refresh_auth(self, connection: ConnectionSettings) -> Credentials:
        """A token does not run out."""
        raise Unsupported("a token is not renewed")

    def _category(self, client: Client, code: str) -> str:
        name = client.category_name(code) if code else ""
        if name is None:
            message = "Sàn không có ngành hàng này. Hãy chọn ngành hàng khác."
            raise ValidationFailed([Issue("category_unknown", "category_code", Severity.BLOCK, message, code)])
        return name

    def _put_offer(self, client: Client, offer: OfferDocument) -> RemoteIds:
        product = client.product(offer.remote.product_id)
        record = product.record
        if record is None:
            # Somebody took its record away there: without one it has no price.
            body = {
                "partner": client.partner,
                "partner_sku": product.snapshot.sku,
                **wire.offer_body(offer.price, offer.stock),
            }
            return client.change(offer.remote.product_id, {"stockrecords": [body]}).snapshot.remote
        if (record.price, record.stock) != (offer.price, offer.stock):
            client.set_offer(record, wire.offer_body(offer.price, offer.stock, record.allocated))
        return product.snapshot.remote


def _sent(photo: PhotoReference) -> wire.SentPhoto:
    content = photo_bytes(photo, CAPABILITIES)
    if not photo.address:
        message = f"Ảnh «{photo.file_name}» chưa có địa chỉ để sàn lấy. Hãy báo người vận hành."
        raise ValidationFailed([Issue("photo_without_address", "photos", Severity.BLOCK, message)])
    # SHA-1 is what the shop compares photos by; nothing is secured with it.
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return wire.SentPhoto(photo.sha256, sha1, photo.address, photo.alt)
