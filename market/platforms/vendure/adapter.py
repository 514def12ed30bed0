"""The contract for a shop on Vendure, on top of wire and client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from market.platforms.answers import accepted, health_by, offers_one_by_one
from market.platforms.checks import document_issues, photo_bytes, refuse_blocked
from market.platforms.complaints import complaint
from market.platforms.contract import (
    AdapterKind,
    AuthExpired,
    AuthRevoked,
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
    Permanent,
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
from market.platforms.vendure import wire
from market.platforms.vendure.client import (
    FACET_NAME,
    LANGUAGE_NAME,
    PASSWORD_NAME,
    PRICE_NAME,
    TOKEN_NAME,
    USER_NAME,
    Client,
    Shop,
)

KEY = "vendure"
SKU_MAXIMUM = 255
# What a stock shop on PostgreSQL or MySQL has room for: amounts are hundredths in 32 bits. An owner may have given them 64.
PRICE_MAXIMUM, PRICE_MAXIMUM_IN_64_BITS = (2**31 - 1) // wire.HUNDREDTHS, 1_000_000_000
CAPABILITIES = Capabilities(
    kind=AdapterKind.API,
    rule_version="vendure-3.7",
    reads_back=True,
    lookup_by_reference=True,
    sku_unique=False,
    review=ReviewWay.NONE,
    rejection_reasons=False,
    media=MediaWay.PUSH,
    separate_offers=True,
    can_hide=True,
    can_withdraw=True,
    title_maximum=255,
    description_maximum=20_000,
    photo_maximum=9,
    photo_bytes_maximum=5_000_000,
    price_maximum=PRICE_MAXIMUM,
    settling_seconds=5.0,
    auth=AuthWay.PASSWORD,
    refreshes=True,
    key_expires=True,
    lists=True,
    creates_with_offer=True,
    orders=OrdersWay.PULL,
    dates_order_changes=True,
    categories=CategoryWay.FLAT,
    suspends_shops=False,
    holds_what_is_ordered=False,
)


class VendureAdapter:
    """Drives Vendure's admin API; keeps no state."""

    key = KEY

    def capabilities(self, connection: ConnectionSettings) -> Capabilities:
        """Those of the software. Pages are those of whatever shows the goods to buyers: known where their address is. How large a price may
        be is its database's affair, and said by its keepers."""
        most = int(connection.credentials.get(PRICE_NAME, PRICE_MAXIMUM))
        return replace(CAPABILITIES, page_links=bool(connection.public_url), price_maximum=most)

    def health(self, connection: ConnectionSettings) -> Health:
        """One read with the session, or with another one where that has run out: the engine would renew it as well."""

        def ask() -> str:
            try:
                shop = Client(connection).shop()
            except AuthExpired:
                renewed = replace(connection, credentials=self.refresh_auth(connection).values)
                shop = Client(renewed).shop()
            return _amiss(shop, connection.credentials.get(FACET_NAME, ""))

        return health_by(ask)

    def validate(
        self, connection: ConnectionSettings, document: ListingDocument, *, remote: bool = False
    ) -> tuple[Issue, ...]:
        """By the limits of its tables; there is no dry run."""
        if remote:
            raise Unsupported("the shop has no dry run")
        issues = document_issues(self.capabilities(connection), document)
        if len(document.reference.sku) > SKU_MAXIMUM:
            message = f"Mã hàng dài quá {SKU_MAXIMUM} ký tự, sàn không nhận. Hãy rút ngắn mã hàng."
            issues = (*issues, Issue("sku_too_long", "sku", Severity.BLOCK, message))
        return issues

    def categories(self, connection: ConnectionSettings, cursor: str = "") -> CategoryPage:
        """The values of one facet: the shop's collections gather goods by them, and cannot be told what they hold."""
        return Client(connection).categories(int(cursor or 0))

    def category_rules(self, connection: ConnectionSettings, category: str) -> RuleSet:
        """The shop asks nothing of goods by their category."""
        raise Unsupported("categories have no rules")

    def find(self, connection: ConnectionSettings, reference: ListingReference) -> RemoteSnapshot | None:
        """By exact SKU, or by the mark of our SKU in the address where a product was left without a variant. The shop takes the same
        SKU twice without a word: two are told and left alone."""
        found = Client(connection).products_with(reference.sku)
        if len(found) > 1:
            holders = [product.snapshot.remote for product in found]
            raise Conflict(ConflictKind.TWO_OBJECTS, holders=holders, detail=f"{len(found)} products for one SKU")
        return found[0].snapshot if found else None

    def put_media(self, connection: ConnectionSettings, photo: PhotoReference, operation_id: str) -> MediaReference:
        """Uploads, unless the shop holds a file of this name: it is the digest."""
        client, contents = Client(connection), _contents([photo])
        held = client.needed("", list(contents)).photos
        return MediaReference(photo.sha256, _uploaded(client, [photo], contents, held)[0])

    def put_content(
        self,
        connection: ConnectionSettings,
        document: ListingDocument,
        remote: RemoteIds | None,
        operation_id: str,
    ) -> Submission:
        """The offer travels with a creation only. That is two writes: what is sold comes with the second, and with it the product's words
        and buyers' eyes. Whoever comes after a creation that broke off finds a hidden product with other words, and puts them."""
        refuse_blocked(self.validate(connection, document))
        client, contents = Client(connection), _contents(document.photos)
        needed = client.needed(document.category_code, list(contents))
        value = _category(needed.category, document.category_code)
        held = client.product(remote.product_id) if remote else None
        assets = _uploaded(client, document.photos, contents, needed.photos)
        if held is None:
            held = client.create_product(wire.creation_input(document, client.language))
        there = held.snapshot.remote
        given = wire.product_input(document, client.language, assets, (*held.other_values, *value))
        if held.is_begun:
            given["enabled"] = True
        if held.variant is None:
            _make_variant(client, held, document.title, document.offer(there), given)
        else:
            names = [wire.name_input(held.variant, document.title, client.language)]
            client.update_product({"id": there.product_id, **given}, names)
        return accepted(there, operation_id)

    def put_offers(
        self, connection: ConnectionSettings, offers: Sequence[OfferDocument], operation_id: str
    ) -> list[ItemResult]:
        """Two calls per offer: what is promised to buyers has to be known to say what lies in the store."""
        client = Client(connection)
        return offers_one_by_one(self.capabilities(connection), offers, lambda offer: _put_offer(client, offer))

    def set_visibility(
        self, connection: ConnectionSettings, remote: RemoteIds, visible: bool, operation_id: str
    ) -> Submission:
        """Enabled or not; to be seen, what is sold of it has to be enabled as well."""
        client = Client(connection)
        held = client.product(remote.product_id)
        is_hidden_below = held.variant is not None and not held.variant.is_enabled
        variants = (
            [{"id": held.variant.variant_id, "enabled": True}] if held.variant and visible and is_hidden_below else []
        )
        client.update_product({"id": held.snapshot.remote.product_id, "enabled": visible}, variants)
        return accepted(held.snapshot.remote, operation_id)

    def withdraw(self, connection: ConnectionSettings, remote: RemoteIds, operation_id: str) -> Submission:
        """Deletes; the shop keeps it for the orders that name it. Gone already is as good."""
        try:
            Client(connection).delete_product(remote.product_id)
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
        """The oldest first; what is made meanwhile comes at the end."""
        products, following = Client(connection).products(int(cursor or 0))
        return RemotePage(tuple(product.snapshot for product in products), "" if following is None else str(following))

    def pull_orders(self, connection: ConnectionSettings, since: datetime, cursor: str = "") -> OrderPage:
        """By when they changed; buyers are masked here."""
        return Client(connection).orders(since, cursor)

    def parse_push(
        self, connection: ConnectionSettings, headers: Mapping[str, str], raw: bytes
    ) -> tuple[PushEvent, ...]:
        """The shop tells nothing by itself."""
        raise Unsupported("nothing is pushed")

    @property
    def credential_names(self) -> Mapping[str, str]:
        """Who we are among the shop's administrators, under which facet its kinds of goods stand, and how large a price may be."""
        return {
            USER_NAME: "Tên đăng nhập của tài khoản quản lý",
            PASSWORD_NAME: "Mật khẩu của tài khoản đó",
            FACET_NAME: "Mã nhóm thuộc tính (facet) dùng làm ngành hàng",
            PRICE_NAME: f"Giá cao nhất gian hàng lưu được, bằng đồng ({PRICE_MAXIMUM} nếu không dùng BigIntMoneyStrategy)",
        }

    def authorise(self, connection: ConnectionSettings, answers: Mapping[str, str]) -> Credentials:
        """A session, once the shop is seen to sell in đồng, tax included, and to have the facet. The password is kept as well: a
        session ends when it was not used for long, and this opens the next one."""
        typed = {name: answers.get(name, "") for name in (USER_NAME, PASSWORD_NAME)}
        most = _price_maximum(answers.get(PRICE_NAME, ""))
        given = {**typed, FACET_NAME: answers.get(FACET_NAME, "").strip(), PRICE_NAME: str(most)}
        token = Client(replace(connection, credentials={})).log_in(typed[USER_NAME], typed[PASSWORD_NAME])
        shop = Client(replace(connection, credentials={**given, TOKEN_NAME: token})).shop()
        amiss = _amiss(shop, given[FACET_NAME])
        if amiss:
            raise Permanent("the shop is not set up for us", message_vi=amiss)
        return Credentials({**given, TOKEN_NAME: token, LANGUAGE_NAME: shop.language})

    def refresh_auth(self, connection: ConnectionSettings) -> Credentials:
        """Logs in anew. Raises AuthRevoked when the password is not what it was."""
        held = connection.credentials
        if not held.get(USER_NAME):
            raise AuthRevoked("nobody has authorised this connection")
        token = Client(replace(connection, credentials={})).log_in(held[USER_NAME], held.get(PASSWORD_NAME, ""))
        return Credentials({**held, TOKEN_NAME: token})


def _price_maximum(typed: str) -> int:
    """The largest price in đồng; that of a stock shop where nothing is said. Raises Permanent."""
    digits = "".join(typed.split()).replace(".", "") or str(PRICE_MAXIMUM)
    if digits.isascii() and digits.isdigit() and len(digits) < 16 and int(digits) > 0:
        return min(int(digits), PRICE_MAXIMUM_IN_64_BITS)
    raise Permanent("no largest price", message_vi="Giá cao nhất phải là một số đồng lớn hơn 0. Hãy nhập lại.")


def _amiss(shop: Shop, facet: str) -> str:
    """What stands in the way of selling there, in words for its owner."""
    if shop.currency != wire.CURRENCY:
        return "Gian hàng chưa bán bằng đồng Việt Nam (VND). Hãy đổi tiền tệ của kênh bán rồi kết nối lại."
    if not shop.prices_include_tax:
        return (
            "Giá ở gian hàng chưa gồm thuế nên người mua sẽ thấy giá khác. Hãy bật «giá đã gồm thuế» rồi kết nối lại."
        )
    if not shop.facet:
        return f"Gian hàng không có nhóm thuộc tính «{facet[:40]}». Hãy kiểm tra mã rồi kết nối lại."
    return ""


def _category(found: str, code: str) -> list[str]:
    """The number of the value that this code stands for; none for none. Raises ValidationFailed: one that is not there is dropped
    by the shop without a word."""
    if code and not found:
        raise ValidationFailed([complaint("category_code", code, "category_unknown")])
    return [found] if found else []


def _contents(photos: Sequence[PhotoReference]) -> dict[str, bytes]:
    """The photos' bytes by their digests. Raises ValidationFailed before anything is asked."""
    return {photo.sha256: photo_bytes(photo, CAPABILITIES) for photo in photos}


def _uploaded(
    client: Client, photos: Sequence[PhotoReference], contents: Mapping[str, bytes], held: Mapping[str, str]
) -> list[str]:
    """The numbers of these photos there in their order, uploaded as far as they are not among those that are `held`."""
    numbers = dict(held)
    for photo in photos:
        if photo.sha256 not in numbers:
            numbers[photo.sha256] = client.upload(photo, contents[photo.sha256])
    return [numbers[photo.sha256] for photo in photos]


def _make_variant(
    client: Client, product: wire.Product, title: str, offer: OfferDocument, words: dict[str, Any]
) -> None:
    number = product.snapshot.remote.product_id
    made = wire.variant_input(number, offer.sku, title, client.language, offer.price, offer.stock)
    client.create_variant(made, words)


def _put_offer(client: Client, offer: OfferDocument) -> RemoteIds:
    product = client.product(offer.remote.product_id)
    if product.variant is None:
        # Somebody took the variant away there: without one it has no price. What is only begun stays hidden until its words come.
        _make_variant(client, product, product.snapshot.title, offer, {})
    elif (product.variant.price, product.variant.stock) != (offer.price, offer.stock):
        client.update_variant(wire.offer_input(product.variant, offer.price, offer.stock))
    return product.snapshot.remote
