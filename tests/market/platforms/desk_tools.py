"""An operator's hands at the platform desk: files out, answers in."""

from __future__ import annotations

from market.listings.models import Listing
from market.platforms.contract import Artifact
from market.platforms.desk.actions import ImportReport, confirm_link, export_sheet, import_result
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, PlatformListing, SheetBatch
from tests.market.platforms.sheet_tools import filled
from tests.people import People

PAGE = "https://voso.vn/hat-dieu-rang-p123.html"
SKU = "Mã sản phẩm (SKU)"
LIVE = {"Kết quả": "Đã lên sàn", "Liên kết": PAGE}


class Desk:
    """VoSo's connection and what the operator does with it."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.connection = Connection.objects.get(platform__code="voso")
        Connection.objects.exclude(pk=self.connection.pk).update(is_enabled=False)

    def row(self, listing: Listing) -> PlatformListing:
        return PlatformListing.objects.get(listing=listing, connection=self.connection)

    def export(self) -> Artifact:
        push_due()
        batch = export_sheet(connection=self.connection, by=self.people.viewer("buu"))
        with batch.file.open("rb") as file:
            return Artifact(str(batch.file.name), file.read(), "application/zip", batch.count)

    def confirmed(self, listing: Listing, url: str = "") -> PlatformListing:
        """The listing goes out, comes back with a link, and Chi sees it there."""
        self.take(self.answer(self.export(), {listing.sku: LIVE | ({"Liên kết": url} if url else {})}))
        confirm_link(row=self.row(listing), by=self.people.viewer("chi"))
        return self.row(listing)

    @property
    def batch(self) -> SheetBatch:
        """The newest batch."""
        return SheetBatch.objects.filter(connection=self.connection).latest("number")

    def tasks(self) -> list[tuple[str, str]]:
        """Task and answer of the newest batch's lines."""
        return list(self.batch.items.order_by("pk").values_list("task", "answer"))

    def answer(self, pack: Artifact, answers: dict[str, dict[str, str]]) -> bytes:
        return filled(pack, SKU, answers).getvalue()

    def take(self, raw: bytes) -> ImportReport:
        return import_result(connection=self.connection, raw=raw, by=self.people.viewer("buu"))
