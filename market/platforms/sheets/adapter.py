"""The contract for a platform that is served by hand: writes wait for an operator, nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from core.kit import clock
from market.platforms.checks import document_issues, offer_issues, refuse_blocked
from market.platforms.contract import (
    Artifact,
    Capabilities,
    CategoryPage,
    ConnectionSettings,
    Health,
    HealthState,
    Issue,
    ItemOutcome,
    ItemResult,
    ListingDocument,
    ListingReference,
    MediaReference,
    OfferDocument,
    OrderPage,
    PhotoReference,
    PushEvent,
    RemoteIds,
    RemotePage,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    RuleSet,
    SheetLine,
    Submission,
    SubmissionState,
    Unsupported,
)
from market.platforms.sheets.columns import arranged, every_version, omitted
from market.platforms.sheets.export import export_pack
from market.platforms.sheets.layout import SheetLayout, recognise_link
from market.platforms.sheets.results import ResultSheet, read_results

NOT_READABLE = "Sàn này không cho đọc tự động. Hãy mở trang sản phẩm để xem."


@dataclass(frozen=True)
class SheetAdapter:
    """A FileAdapter driven by one layout; keeps no state."""

    layout: SheetLayout

    @property
    def key(self) -> str:
        """The layout's platform."""
        return self.layout.key

    def capabilities(self, connection: ConnectionSettings) -> Capabilities:
        """As the layout states them, under the version of the columns in force."""
        layout = arranged(self.layout, connection.options)
        return replace(layout.capabilities, omits=omitted(layout.columns))

    def health(self, connection: ConnectionSettings) -> Health:
        """Always well: there is no server to fail."""
        return Health(HealthState.OK, clock.now())

    def validate(
        self, connection: ConnectionSettings, document: ListingDocument, *, remote: bool = False
    ) -> tuple[Issue, ...]:
        """By the layout's limits; there is nobody to ask for a dry run."""
        if remote:
            raise Unsupported("dry run")
        return document_issues(self.layout.capabilities, document)

    def find(self, connection: ConnectionSettings, reference: ListingReference) -> RemoteSnapshot | None:
        """Cannot be asked: raises Unsupported, for None would claim that the listing is not there."""
        raise Unsupported("find", message_vi=NOT_READABLE)

    def put_media(self, connection: ConnectionSettings, photo: PhotoReference, operation_id: str) -> MediaReference:
        """Nothing to send: photos travel in the pack, under their digest here."""
        return MediaReference(sha256=photo.sha256, remote_id=photo.sha256)

    def put_content(
        self,
        connection: ConnectionSettings,
        document: ListingDocument,
        remote: RemoteIds | None,
        operation_id: str,
    ) -> Submission:
        """The listing joins the next export."""
        refuse_blocked(self.validate(connection, document))
        return self._awaiting(operation_id, remote)

    def put_offers(
        self, connection: ConnectionSettings, offers: Sequence[OfferDocument], operation_id: str
    ) -> list[ItemResult]:
        """Price and stock wait for the next export as well."""
        results = []
        for offer in offers:
            issues = offer_issues(self.layout.capabilities, offer.price, offer.stock)
            outcome = ItemOutcome.FAILED if issues else ItemOutcome.WAITING
            results.append(ItemResult(offer.sku, outcome, offer.remote, issues))
        return results

    def set_visibility(
        self, connection: ConnectionSettings, remote: RemoteIds, visible: bool, operation_id: str
    ) -> Submission:
        """A person does it."""
        return self._awaiting(operation_id, remote)

    def withdraw(self, connection: ConnectionSettings, remote: RemoteIds, operation_id: str) -> Submission:
        """A person does it."""
        return self._awaiting(operation_id, remote)

    def poll(self, connection: ConnectionSettings, submission: Submission) -> ReviewResult:
        """UNKNOWN: only what a person or a result sheet confirmed counts, and the caller keeps that."""
        return ReviewResult(ReviewState.UNKNOWN)

    def fetch(self, connection: ConnectionSettings, remote: RemoteIds) -> RemoteSnapshot:
        """Cannot be read: raises Unsupported."""
        raise Unsupported("fetch", message_vi=NOT_READABLE)

    def list_remote(self, connection: ConnectionSettings, cursor: str = "") -> RemotePage:
        """Cannot be listed: raises Unsupported."""
        raise Unsupported("list", message_vi=NOT_READABLE)

    def categories(self, connection: ConnectionSettings, cursor: str = "") -> CategoryPage:
        """Nobody tells them: raises Unsupported."""
        raise Unsupported("categories")

    def category_rules(self, connection: ConnectionSettings, category: str) -> RuleSet:
        """Nobody tells them: raises Unsupported."""
        raise Unsupported("category rules")

    def pull_orders(self, connection: ConnectionSettings, since: datetime, cursor: str = "") -> OrderPage:
        """Cannot be asked for: raises Unsupported."""
        raise Unsupported("orders", message_vi=NOT_READABLE)

    def parse_push(
        self, connection: ConnectionSettings, headers: Mapping[str, str], raw: bytes
    ) -> tuple[PushEvent, ...]:
        """Nobody sends any: raises Unsupported."""
        raise Unsupported("push")

    def export(
        self,
        connection: ConnectionSettings,
        documents: Sequence[ListingDocument],
        lines: Mapping[str, SheetLine] | None = None,
        batch: str = "",
    ) -> Artifact:
        """One zip: workbook and photos."""
        return export_pack(arranged(self.layout, connection.options), documents, lines, batch)

    def import_result(self, connection: ConnectionSettings, stream: BinaryIO) -> list[ItemResult]:
        """The claims of a returned sheet, made under whichever version."""
        return list(self.read(connection, stream).results)

    def read(self, connection: ConnectionSettings, stream: BinaryIO) -> ResultSheet:
        """The claims of a returned sheet with the headings that no version knows. Raises ResultFileRefused."""
        return read_results(every_version(self.layout, connection.options), stream)

    def check_link(self, url: str) -> RemoteIds:
        """By the layout's link rule."""
        return recognise_link(self.layout, url)

    def _awaiting(self, operation_id: str, remote: RemoteIds | None) -> Submission:
        state = SubmissionState.AWAITING_OPERATOR
        return Submission(operation_id, operation_id, state, clock.now(), remote)
