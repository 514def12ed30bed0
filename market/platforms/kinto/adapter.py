"""The contract for a collection in a Kinto store: an open list of goods that a portal shows and others may copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from market.platforms.answers import accepted, health_by, offers_one_by_one
from market.platforms.checks import document_issues, photo_bytes, refuse_blocked
from market.platforms.contract import (
    AdapterKind,
    AuthWay,
    Capabilities,
    CategoryPage,
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
from market.platforms.kinto import wire
from market.platforms.kinto.client import BUCKET_NAME, COLLECTION_NAME, PASSWORD_NAME, USER_NAME, Client

KEY = "kinto"
CAPABILITIES = Capabilities(
    kind=AdapterKind.API,
    rule_version="kinto-1",
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
    settling_seconds=5.0,
    auth=AuthWay.KEY,
    lists=True,
    creates_with_offer=True,
)


class KintoAdapter:
    """Drives the records API; keeps no state."""

    key = KEY

    def capabilities(self, connection: ConnectionSettings) -> Capabilities:
        """The same for every collection."""
        return CAPABILITIES

    def health(self, connection: ConnectionSettings) -> Health:
        """One read of the collection."""

        def ask() -> str:
            Client(connection).check()
            return ""

        return health_by(ask)

    def validate(
        self, connection: ConnectionSettings, document: ListingDocument, *, remote: bool = False
    ) -> tuple[Issue, ...]:
        """By our own limits: a collection has hardly any, and no dry run."""
        if remote:
            raise Unsupported("there is no dry run")
        return document_issues(CAPABILITIES, document)

    def categories(self, connection: ConnectionSettings, cursor: str = "") -> CategoryPage:
        """Whatever code is given is kept."""
        raise Unsupported("there are no categories")

    def category_rules(self, connection: ConnectionSettings, category: str) -> RuleSet:
        """Without categories, no rules of theirs."""
        raise Unsupported("there are no categories")

    def find(self, connection: ConnectionSettings, reference: ListingReference) -> RemoteSnapshot | None:
        """Where our SKU has its place, and nowhere else."""
        try:
            found = Client(connection).record(wire.record_id(reference.sku))
        except NotFound:
            return None
        return found if found.sku == reference.sku else None

    def put_media(self, connection: ConnectionSettings, photo: PhotoReference, operation_id: str) -> MediaReference:
        """Only an address: whoever shows the record fetches the photo."""
        photo_bytes(photo, CAPABILITIES)
        if not photo.address:
            message = f"Ảnh «{photo.file_name}» chưa có địa chỉ để sàn lấy. Hãy báo người vận hành."
            raise ValidationFailed([Issue("photo_without_address", "photos", Severity.BLOCK, message)])
        return MediaReference(photo.sha256, photo.address)

    def put_content(
        self,
        connection: ConnectionSettings,
        document: ListingDocument,
        remote: RemoteIds | None,
        operation_id: str,
    ) -> Submission:
        """The offer travels with a creation only."""
        refuse_blocked(self.validate(connection, document))
        for photo in document.photos:
            self.put_media(connection, photo, operation_id)
        client, data = Client(connection), wire.content_data(document)
        if remote is None:
            offer = wire.offer_data(document.price, document.stock)
            made = client.create(wire.record_id(document.reference.sku), {**data, **offer, "visible": True})
        else:
            made = client.change(remote.product_id, data)
        return accepted(made.remote, operation_id)

    def put_offers(
        self, connection: ConnectionSettings, offers: Sequence[OfferDocument], operation_id: str
    ) -> list[ItemResult]:
        """One call per offer."""
        client = Client(connection)

        def put(offer: OfferDocument) -> RemoteIds:
            return client.change(offer.remote.product_id, wire.offer_data(offer.price, offer.stock)).remote

        return offers_one_by_one(CAPABILITIES, offers, put)

    def set_visibility(
        self, connection: ConnectionSettings, remote: RemoteIds, visible: bool, operation_id: str
    ) -> Submission:
        """A field that whoever shows the records minds."""
        return accepted(Client(connection).change(remote.product_id, {"visible": visible}).remote, operation_id)

    def withdraw(self, connection: ConnectionSettings, remote: RemoteIds, operation_id: str) -> Submission:
        """Deletes. Gone already is as good."""
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
        """Reads one record."""
        return Client(connection).record(remote.product_id)

    def list_remote(self, connection: ConnectionSettings, cursor: str = "") -> RemotePage:
        """Page by page; the cursor is the store's token."""
        return Client(connection).records(cursor)

    def pull_orders(self, connection: ConnectionSettings, since: datetime, cursor: str = "") -> OrderPage:
        """Nobody buys there."""
        raise Unsupported("there are no orders")

    def parse_push(
        self, connection: ConnectionSettings, headers: Mapping[str, str], raw: bytes
    ) -> tuple[PushEvent, ...]:
        """The store tells nothing by itself."""
        raise Unsupported("nothing is pushed")

    @property
    def credential_names(self) -> Mapping[str, str]:
        """An account that may write, and where."""
        return {
            USER_NAME: "Tên đăng nhập",
            PASSWORD_NAME: "Mật khẩu",
            BUCKET_NAME: "Tên kho (bucket)",
            COLLECTION_NAME: "Tên danh sách (collection)",
        }

    def authorise(self, connection: ConnectionSettings, answers: Mapping[str, str]) -> Credentials:
        """What was typed in, once the collection has been read with it."""
        given = {name: answers.get(name, "").strip() for name in self.credential_names}
        try:
            Client(replace(connection, credentials=given)).check()
        except NotFound as failure:
            message = "Kho này không có danh sách đã nhập. Hãy chép lại tên kho và tên danh sách."
            raise ValidationFailed([Issue("collection_unknown", "", Severity.BLOCK, message)], failure.detail) from None
        return Credentials(given)

    def refresh_auth(self, connection: ConnectionSettings) -> Credentials:
        """A password does not run out."""
        raise Unsupported("a password is not renewed")
