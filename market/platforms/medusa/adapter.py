"""The contract for a shop on Medusa, on top of wire and client."""

from __future__ import annotations

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
from market.platforms.medusa import lists, places, wire
from market.platforms.medusa.client import BEGINNING, CHANNEL_NAME, KEY_NAME, LOCATION_NAME, Client

KEY = "medusa"
USUAL_NAME = "Lên Sàn"
CAPABILITIES = Capabilities(
    kind=AdapterKind.API,
    rule_version="medusa-2.21",
    reads_back=True,
    lookup_by_reference=True,
    sku_unique=True,
    review=ReviewWay.ASYNC,
    rejection_reasons=True,
    media=MediaWay.PUSH,
    separate_offers=True,
    can_hide=True,
    can_withdraw=True,
    title_maximum=255,
    description_maximum=20_000,
    photo_maximum=9,
    photo_bytes_maximum=5_000_000,
    page_links=True,
    settling_seconds=5.0,
    auth=AuthWay.KEY,
    lists=True,
    creates_with_offer=True,
    orders=OrdersWay.PULL,
    categories=CategoryWay.TREE,
    key_expires=False,
    suspends_shops=False,
    holds_what_is_ordered=True,
    dates_order_changes=True,
)


class MedusaAdapter:
    """Drives the admin API of Medusa; keeps no state."""

    key = KEY

    def capabilities(self, connection: ConnectionSettings) -> Capabilities:
        """Those of the software; how a shop has set it up changes none of them."""
        return CAPABILITIES

    def health(self, connection: ConnectionSettings) -> Health:
        """Three reads with the key."""

        def ask() -> str:
            client = Client(connection)
            if not client.has_our_places():
                return "Sàn không còn kênh bán hoặc kho đã chọn. Hãy kết nối lại."
            return "" if client.prices_include_tax() else places.TAX_COMES_ON_TOP

        return health_by(ask)

    def validate(
        self, connection: ConnectionSettings, document: ListingDocument, *, remote: bool = False
    ) -> tuple[Issue, ...]:
        """By our limits; there is no dry run."""
        if remote:
            raise Unsupported("the shop has no dry run")
        return document_issues(CAPABILITIES, document)

    def categories(self, connection: ConnectionSettings, cursor: str = "") -> CategoryPage:
        """All in one part."""
        return Client(connection).categories()

    def category_rules(self, connection: ConnectionSettings, category: str) -> RuleSet:
        """The shop asks nothing of goods by their category."""
        raise Unsupported("categories have no rules")

    def find(self, connection: ConnectionSettings, reference: ListingReference) -> RemoteSnapshot | None:
        """By exact SKU, of which there is one at most."""
        found = Client(connection).product_with(reference.sku)
        return found.snapshot if found else None

    def put_media(self, connection: ConnectionSettings, photo: PhotoReference, operation_id: str) -> MediaReference:
        """The shop cannot be asked for a photo: what it holds is known by the product that shows it (`put_content`)."""
        return MediaReference(photo.sha256, Client(connection).upload(photo, photo_bytes(photo, CAPABILITIES), 0))

    def put_content(
        self,
        connection: ConnectionSettings,
        document: ListingDocument,
        remote: RemoteIds | None,
        operation_id: str,
    ) -> Submission:
        """Photos that the product does not show yet, then its words. A new product gets its stock last: without it nothing is sold."""
        refuse_blocked(self.validate(connection, document))
        contents = [photo_bytes(photo, CAPABILITIES) for photo in document.photos]
        client = Client(connection)
        category = self._category(client, document.category_code)
        held = list(client.product(remote.product_id).photos) if remote else []
        addresses = [
            _taken(held, photo.sha256) or client.upload(photo, content, number)
            for number, (photo, content) in enumerate(zip(document.photos, contents, strict=True))
        ]
        if remote is not None:
            product = client.change(remote.product_id, wire.content_body(document, addresses, category))
        else:
            body = wire.creation_body(document, addresses, category, client.shelf, client.profile)
            product = client.create(body)
            if product.variant is not None:
                client.set_stock(product.variant, document.stock)
        return accepted(product.snapshot.remote, operation_id)

    def put_offers(
        self, connection: ConnectionSettings, offers: Sequence[OfferDocument], operation_id: str
    ) -> list[ItemResult]:
        """A read, and a call for each of price and stock that differs. When the connection itself is refused, the rest is not even
        tried."""
        client = Client(connection)
        return offers_one_by_one(CAPABILITIES, offers, lambda offer: _put_offer(client, offer))

    def set_visibility(
        self, connection: ConnectionSettings, remote: RemoteIds, visible: bool, operation_id: str
    ) -> Submission:
        """In our sales channel or not; in others that its keepers chose it stays. Does not touch the review."""
        client = Client(connection)
        ours, product = client.shelf.channel, client.product(remote.product_id)
        if (ours in product.channels) is not visible:
            others = [each for each in product.channels if each != ours]
            chosen = [{"id": each} for each in (*others, *([ours] if visible else []))]
            product = client.change(remote.product_id, {"sales_channels": chosen})
        return accepted(product.snapshot.remote, operation_id)

    def withdraw(self, connection: ConnectionSettings, remote: RemoteIds, operation_id: str) -> Submission:
        """Deletes; orders keep their lines. Gone already is as good."""
        try:
            Client(connection).delete(remote.product_id)
        except NotFound:
            return accepted(remote, operation_id)
        return accepted(remote, operation_id)

    def poll(self, connection: ConnectionSettings, submission: Submission) -> ReviewResult:
        """Reads the product that the submission made. Raises NotFound when it was removed."""
        if submission.remote is None:
            raise Unsupported("a submission without a remote id cannot be polled")
        return self.fetch(connection, submission.remote).review

    def fetch(self, connection: ConnectionSettings, remote: RemoteIds) -> RemoteSnapshot:
        """Reads one product."""
        return Client(connection).product(remote.product_id).snapshot

    def list_remote(self, connection: ConnectionSettings, cursor: str = "") -> RemotePage:
        """In the order in which they were made, so that what is made meanwhile comes at the end."""
        products, following = Client(connection).products(lists.place_at(cursor) if cursor else lists.Place(BEGINNING))
        return RemotePage(tuple(product.snapshot for product in products), following.cursor if following else "")

    def pull_orders(self, connection: ConnectionSettings, since: datetime, cursor: str = "") -> OrderPage:
        """Those of our sales channel, by their latest change; buyers are masked here."""
        return Client(connection).orders(since, cursor)

    def parse_push(
        self, connection: ConnectionSettings, headers: Mapping[str, str], raw: bytes
    ) -> tuple[PushEvent, ...]:
        """The shop tells nothing by itself."""
        raise Unsupported("nothing is pushed")

    @property
    def credential_names(self) -> Mapping[str, str]:
        """A secret key, and the names of what shall be ours in the shop."""
        return {
            KEY_NAME: "Khóa bí mật (secret API key)",
            CHANNEL_NAME: "Tên hoặc số của kênh bán (sales channel)",
            LOCATION_NAME: "Tên hoặc số của kho hàng (stock location)",
        }

    def authorise(self, connection: ConnectionSettings, answers: Mapping[str, str]) -> Credentials:
        """The key once the shop has answered to it, with the numbers of what bears the names or numbers that were typed in; makes there what
        is missing. Without names they are called like us."""
        given = {name: answers.get(name, "").strip() for name in self.credential_names}
        client = Client(replace(connection, credentials={KEY_NAME: given[KEY_NAME]}))
        if not given[KEY_NAME]:
            raise AuthRevoked("no key")
        chosen = places.prepare(client, given[CHANNEL_NAME] or USUAL_NAME, given[LOCATION_NAME] or USUAL_NAME)
        return Credentials({KEY_NAME: given[KEY_NAME], **chosen})

    def refresh_auth(self, connection: ConnectionSettings) -> Credentials:
        """A key does not run out."""
        raise Unsupported("a key is not renewed")

    def _category(self, client: Client, code: str) -> str:
        number = client.category_number(code) if code else ""
        if number is None:
            message = "Sàn không có ngành hàng này. Hãy chọn ngành hàng khác."
            raise ValidationFailed([Issue("category_unknown", "category_code", Severity.BLOCK, message, code)])
        return number


def _taken(held: list[tuple[str, str]], digest: str) -> str:
    """Where a photo with this digest stands, once for each time it stands there; "" for nowhere."""
    found = next((each for each in held if each[0] == digest), None)
    if found is None:
        return ""
    held.remove(found)
    return found[1]


def _put_offer(client: Client, offer: OfferDocument) -> RemoteIds:
    product = client.product(offer.remote.product_id)
    variant = product.variant
    if variant is None:
        message = "Sản phẩm này trên sàn có nhiều loại, nên không rõ đổi giá của loại nào. Hãy sửa trên sàn."
        raise ValidationFailed([Issue("several_variants", "", Severity.BLOCK, message)])
    # Sold out goes first: what nobody can buy may cost what it will.
    if variant.in_store is None or variant.stock != offer.stock:
        client.set_stock(variant, offer.stock)
    if variant.price != offer.price:
        client.set_price(product, variant, offer.price)
    return product.snapshot.remote
