"""What will be sent to a platform, field by field, and what of it differs from what was sent last."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from market.listings.models import Listing
from market.platforms.contract import AdapterKind, Capabilities, Issue, Severity, TextCount, adapter_for
from market.platforms.desk.queries import sheet_settings
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.form_fields import FORM_FIELDS
from market.platforms.models import Connection, PlatformListing
from market.platforms.shown_fields import LABELS, PICTURES, name_of, shown_fields

_IN_FORM = {name_of(path): place for path, place in FORM_FIELDS.items()}


@dataclass(frozen=True)
class PreviewIssue:
    """A sentence, whether it stops the sending, and where to mend it ("": not in the form)."""

    sentence: str
    blocks: bool
    url: str


@dataclass(frozen=True)
class PreviewLine:
    """One field as it will be sent, and as it was sent last (`before`, if it `is_changed`). `limit`: what the platform takes;
    `is_left_out`: it has no place for this field."""

    name: str
    label: str
    value: str
    before: str
    is_changed: bool
    limit: str
    is_left_out: bool
    issues: tuple[PreviewIssue, ...]


@dataclass(frozen=True)
class Preview:
    """What a listing will be on a platform. `is_first`: nothing was sent yet, so nothing is compared; `others` are issues of
    no field shown here."""

    is_first: bool
    lines: tuple[PreviewLine, ...]
    others: tuple[PreviewIssue, ...]

    @property
    def blocking(self) -> int:
        """How many things stop the sending."""
        return sum(issue.blocks for line in self.lines for issue in line.issues) + sum(x.blocks for x in self.others)

    @property
    def changed(self) -> int:
        """How many fields differ from what was sent last."""
        return sum(line.is_changed for line in self.lines)


def preview_of(listing: Listing, connection: Connection) -> Preview:
    """The document as the connection's adapter would get it now, checked as before sending; no network."""
    adapter = adapter_for(connection.adapter)
    settings = settings_of(connection)
    capabilities = adapter.capabilities(settings)
    if capabilities.kind is AdapterKind.FILE:
        settings = sheet_settings(connection)
        capabilities = adapter.capabilities(settings)
    document = document_of(listing, connection.platform)
    row = PlatformListing.objects.filter(listing=listing, connection=connection).first()
    sent = row.sent_fields if row is not None and row.sent_revision else {}
    issues: dict[str, list[PreviewIssue]] = {}
    for issue in adapter.validate(settings, document):
        issues.setdefault(name_of(issue.field), []).append(_issue(issue, listing.sku))
    fields = shown_fields(document)
    lines = tuple(_line(name, fields, sent, capabilities, tuple(issues.pop(name, ()))) for name in LABELS)
    return Preview(not sent, lines, tuple(each for found in issues.values() for each in found))


def _line(
    name: str,
    fields: dict[str, str],
    sent: dict[str, str],
    capabilities: Capabilities,
    issues: tuple[PreviewIssue, ...],
) -> PreviewLine:
    value, before = fields[name], sent.get(name, "")
    is_left_out = name in {name_of(path) for path in capabilities.omits}
    is_changed = bool(sent) and not is_left_out and value != before
    if name == "photos" and sent and not is_left_out and fields[PICTURES] != sent.get(PICTURES):
        is_changed = True
    return PreviewLine(name, LABELS[name], value, before, is_changed, _limit(name, capabilities), is_left_out, issues)


def _issue(issue: Issue, sku: str) -> PreviewIssue:
    _label, anchor = _IN_FORM.get(name_of(issue.field), ("", ""))
    url = f"{reverse('seller_listing_edit', args=[sku])}#{anchor}" if anchor else ""
    return PreviewIssue(issue.message_vi, issue.severity is Severity.BLOCK, url)


def _limit(name: str, capabilities: Capabilities) -> str:
    number = f"{capabilities.description_maximum:,}".replace(",", ".")
    if name == "title" and capabilities.title_counts is TextCount.CHARACTERS:
        return f"Sàn nhận tối đa {capabilities.title_maximum} ký tự."
    if name == "title" and capabilities.title_counts is TextCount.BYTES:
        return f"Sàn nhận tối đa {capabilities.title_maximum} ký tự không dấu, chữ có dấu tính nhiều hơn."
    return {
        "title": f"Sàn nhận tối đa {capabilities.title_maximum} ký tự.",
        "description": f"Sàn nhận tối đa {number} ký tự.",
        "photos": f"Sàn nhận tối đa {capabilities.photo_maximum} ảnh.",
    }.get(name, "")
