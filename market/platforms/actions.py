"""Sheets out and in, and a person's word that a listing is really there."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Max

from core.audit.actions import record
from core.kit import clock
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.listings.rules import selling_price
from market.platforms.contract import Artifact, FileAdapter, ItemOutcome, ItemResult, PlatformAdapter, adapter_for
from market.platforms.engine.documents import documents_of, settings_of
from market.platforms.engine.news import tell_refused
from market.platforms.models import Connection, PlatformListing, SheetBatch
from market.platforms.queries import awaiting_person
from market.platforms.rules import can_confirm, can_exchange_sheets
from onboarding.accounts.actions import LinkRefused, claim_account, claim_link, is_claimant, normalise_link, observe
from onboarding.accounts.models import Observation
from onboarding.producers.queries import may_act_for, on_behalf_of

Work, Observed = PlatformListing.Work, PlatformListing.Observed


class NotAllowed(PermissionError):
    """The person may not do this to this listing or connection."""


class NothingToExport(Exception):
    """No listing waits for this platform; `left_out` are those that still lack something."""

    def __init__(self, left_out: tuple[ItemResult, ...] = ()) -> None:
        super().__init__("nothing to export")
        self.left_out = left_out


@dataclass
class ImportReport:
    """What a result file did: counts, and per row that could not be used a sentence with its number."""

    claimed: int = 0
    rejected: int = 0
    waiting: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)


def file_adapter(connection: Connection) -> FileAdapter:
    """The sheet adapter of a connection. Raises NotAllowed for one that speaks to a server."""
    adapter: PlatformAdapter = adapter_for(connection.adapter)
    if not isinstance(adapter, FileAdapter):
        raise NotAllowed
    return adapter


def export_sheet(*, connection: Connection, by: Viewer) -> SheetBatch:
    """Make the upload pack of everything that waits for this platform and is in no pack yet, and keep it.

    The file is made outside the transaction; the batch and the sent revisions are written together.
    Raises NotAllowed, NothingToExport.
    """
    if not can_exchange_sheets(by):
        raise NotAllowed
    adapter = file_adapter(connection)
    rows = list(
        PlatformListing.objects.filter(awaiting_person(), connection=connection, wanted=True, claimed_url="")
        .filter(sent_revision__lt=F("revision"))
        .select_related("listing__shop__producer__commune__parent", "listing__category")
        .order_by("pk")
    )
    by_listing = documents_of([row.listing_id for row in rows], connection.platform)
    documents = {row.pk: by_listing[row.listing_id] for row in rows}
    artifact: Artifact = adapter.export(settings_of(connection), list(documents.values()))
    left_out = {item.sku: item for item in artifact.left_out}
    if not artifact.count:
        raise NothingToExport(artifact.left_out)
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        number = (connection.batches.aggregate(last=Max("number"))["last"] or 0) + 1
        batch = SheetBatch(
            connection=connection,
            number=number,
            layout_version=adapter.capabilities(settings_of(connection)).rule_version,
            count=artifact.count,
            made_by_id=by.user_id,
            made_at=clock.now(),
        )
        batch.file.save(
            f"{connection.platform.code}-{number}-{artifact.file_name}", ContentFile(artifact.content), save=False
        )
        batch.save()
        for row in rows:
            if row.listing.sku not in left_out:
                PlatformListing.objects.filter(pk=row.pk).update(
                    sent_revision=row.listing.revision,
                    confirmed_hash=documents[row.pk].content_hash,
                    submission=f"lô {number}",
                )
        record("sheet.exported", actor_id=by.user_id, object_label=f"sheet_batch:{batch.pk}")
    return batch


def import_result(*, connection: Connection, raw: bytes, by: Viewer) -> ImportReport:
    """Read a result file and take in what each row says; a row that cannot be used changes nothing.

    Repeating the same file changes nothing. Raises NotAllowed, ResultFileRefused (whole file unusable).
    """
    if not can_exchange_sheets(by):
        raise NotAllowed
    adapter = file_adapter(connection)
    results = adapter.import_result(settings_of(connection), io.BytesIO(raw))
    report = ImportReport()
    with transaction.atomic():
        rows = {
            row.listing.sku: row
            for row in PlatformListing.objects.select_for_update(of=("self",))
            .filter(connection=connection, listing__sku__in=[result.sku for result in results])
            .select_related("listing__shop__producer")
        }
        for result in results:
            _take_row(result, rows.get(result.sku), report, by)
        connection.batches.filter(answered_at__isnull=True).update(answered_at=clock.now())
        record("sheet.answered", actor_id=by.user_id, object_label=f"connection:{connection.pk}")
    return report


def _take_row(result: ItemResult, row: PlatformListing | None, report: ImportReport, by: Viewer) -> None:
    where = f"Dòng {result.row}: "
    if result.outcome == ItemOutcome.UNKNOWN:
        report.problems.append(where + " ".join(item.message_vi for item in result.issues))
        return
    if row is None:
        report.problems.append(f"{where}không có tin nào mang mã {result.sku} chờ sàn này.")
        return
    if result.outcome == ItemOutcome.LIVE_CLAIMED and result.remote is not None:
        url = normalise_link(result.remote.url)
        known = row.link is not None and row.link.url == url
        if known or row.claimed_url == url:
            report.unchanged += 1
            if known and row.observed == Observed.LIVE and _is_answered(row):
                # The corrected text that went out is up, on the page that was confirmed before.
                row.work = row.offer_work = Work.IDLE
                row.save(update_fields=["work", "offer_work"])
            return
        row.claimed_url, row.remote_id = url, result.remote.product_id
        row.claimed_by_id, row.claimed_at, row.reasons = by.user_id, clock.now(), []
        report.claimed += 1
    elif result.outcome == ItemOutcome.REJECTED:
        reasons = [
            {"field": item.field, "message": item.message_vi, "remote": item.remote_text} for item in result.issues
        ]
        if row.observed == Observed.REJECTED and row.reasons == reasons:
            report.unchanged += 1
            return
        row.observed, row.work, row.seen_at = Observed.REJECTED, Work.BLOCKED, clock.now()
        row.reasons, row.claimed_url = reasons, ""
        report.rejected += 1
        tell_refused(row, reasons)
    else:
        report.waiting += 1
        return
    row.save()


def _is_answered(row: PlatformListing) -> bool:
    waits = Work.AWAITING_OPERATOR in {row.work, row.offer_work}
    return waits and row.wanted and row.sent_revision >= row.revision


@transaction.atomic
def confirm_link(*, row: PlatformListing, by: Viewer) -> None:
    """A person opened the claimed page and saw the product on sale there: evidence with their name.

    Raises NotAllowed (also for the shop's own people and for whoever brought the link), LinkRefused (not this platform's
    page, or another shop's).
    """
    row = (
        PlatformListing.objects.select_for_update(of=("self",))
        .select_related("connection__platform", "listing__shop__producer__commune", "claimed_by")
        .get(pk=row.pk)
    )
    if not can_confirm(by, row):
        raise NotAllowed
    if not row.claimed_url:
        raise LinkRefused("Tin này chưa có liên kết để xác nhận.")
    # The claim is that of whoever brought the link; the one who looks only says what is there.
    claimant = viewer_for(row.claimed_by) if row.claimed_by else SYSTEM
    account = claim_account(platform=row.connection.platform, producer=row.listing.shop.producer, by=claimant)
    link = claim_link(account=account, url=row.claimed_url, by=claimant)
    if is_claimant(by, link):
        raise NotAllowed
    taken = PlatformListing.objects.filter(link=link).exclude(pk=row.pk).exists()
    if taken:
        raise LinkRefused("Liên kết này đã được ghi cho một tin khác. Mỗi trang sản phẩm chỉ tính một lần.")
    observe(
        link=link,
        result=Observation.Result.LIVE,
        observer=Observation.Observer.PERSON,
        by=by,
        seen_title=row.listing.name,
        seen_price=selling_price(row.listing),
    )
    row.link, row.url, row.claimed_url = link, link.url, ""
    row.observed, row.seen_at = Observed.LIVE, clock.now()
    row.work = row.offer_work = Work.IDLE if row.sent_revision >= row.revision else Work.AWAITING_OPERATOR
    row.save()
    record(
        "link.confirmed",
        actor_id=by.user_id,
        object_label=f"platform_listing:{row.pk}",
        changes={"liên kết đã thấy": ("", link.url)},
    )


@transaction.atomic
def refuse_link(*, row: PlatformListing, by: Viewer) -> None:
    """A person looked and did not find the product: the claim is dropped, the listing waits for the platform again."""
    row = (
        PlatformListing.objects.select_for_update(of=("self",)).select_related("listing__shop__producer").get(pk=row.pk)
    )
    if not can_confirm(by, row):
        raise NotAllowed
    claimed, row.claimed_url, row.remote_id = row.claimed_url, "", ""
    row.last_error = "Người xem trang chưa thấy sản phẩm ở liên kết mà sàn gửi."
    row.save()
    record(
        "link.refused",
        actor_id=by.user_id,
        object_label=f"platform_listing:{row.pk}",
        changes={"liên kết sàn gửi": (claimed, "")},
    )


@transaction.atomic
def send_again(*, row: PlatformListing, by: Viewer) -> None:
    """Put a stopped listing back into the queue. Raises NotAllowed."""
    if not may_act_for(by, row.listing.shop.producer_id):
        raise NotAllowed
    PlatformListing.objects.filter(pk=row.pk, work__in=[Work.DEAD, Work.BLOCKED]).update(
        work=Work.QUEUED, attempts=0, next_try_at=clock.now(), last_error="", cause="", confirmed_hash=""
    )
    behalf = on_behalf_of(by, row.listing.shop.producer_id)
    record("listing.sent_again", actor_id=by.user_id, object_label=f"platform_listing:{row.pk}", **behalf)
