"""The second person: comparing what was entered with the decision, then confirming or giving back."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.urls import reverse

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.text import squeeze
from core.messages.actions import send_message
from core.people.queries import Viewer
from core.places.queries import former_province_of
from ocop.certificates.actions.dates import set_date, write_superseded
from ocop.certificates.actions.entering import EntryRefused, note, obstacles, refused, row_of
from ocop.certificates.actions.freezing import freeze_certificate
from ocop.certificates.entries import EntryFacts, problems
from ocop.certificates.events import CertificatesChanged
from ocop.certificates.models import Certificate, CertificateEntry
from ocop.certificates.rights import can_confirm
from ocop.register.actions import record_product
from ocop.register.models import OcopProduct
from ocop.register.queries import Place
from ocop.register.rules import row_key

GIVEN_BACK = "certificate.given_back"
DECIDED = "Giấy này vừa được người khác xem xong. Hãy tải lại danh sách."
CORRECTED = "Sửa theo giấy nhập lại, đã có người thứ hai so."


@transaction.atomic
def confirm_entry(*, entry: CertificateEntry, by: Viewer) -> Certificate:
    """State that the paper is as entered: it is recorded (or corrected), its copy frozen. Raises PermissionError (also for the one
    who entered it and for people of its maker), EntryRefused when somebody decided before or the register says against it."""
    entry = _waiting(entry, by)
    facts = EntryFacts.from_json(entry.facts)
    product = _product(entry, facts, by)
    papers = list(Certificate.objects.select_for_update(of=("self",)).filter(product=product).order_by("pk"))
    paper = next((each for each in papers if each.pk == entry.certificate_id), None)
    if found := [*problems(facts, clock.today()), *obstacles(facts, product, paper)]:
        raise EntryRefused(*found)
    before = told(paper)
    if paper is None:
        paper = Certificate(product=product)
        papers.append(paper)
    paper.product = product
    _take_over(paper, facts, entry, by)
    write_superseded(papers)
    freeze_certificate(certificate=paper, reason=CORRECTED if before else "")
    entry.product, entry.certificate = product, paper
    _decide(entry, CertificateEntry.State.CONFIRMED, by)
    note("certificate.confirmed", entry, by)
    record(
        "certificate.changed" if before else "certificate.recorded",
        actor_id=by.user_id,
        object_label=f"certificate:{paper.pk}",
        unit_code=product.unit.code if product.unit else "",
        changes={name: (before.get(name, ""), now) for name, now in told(paper).items()},
    )
    emit(CertificatesChanged(product.pk))
    return paper


@transaction.atomic
def give_entry_back(*, entry: CertificateEntry, reason: str, by: Viewer) -> CertificateEntry:
    """Say why it cannot be confirmed; who entered it is told and may enter it anew. Raises PermissionError, EntryRefused."""
    entry = _waiting(entry, by)
    if not squeeze(reason):
        raise refused("Hãy ghi lý do trả lại, để người nhập biết phải sửa gì.", "reason")
    entry.reason = squeeze(reason)[:200]
    _decide(entry, CertificateEntry.State.REFUSED, by)
    note("certificate.given_back", entry, by, entry.reason)
    send_message(
        GIVEN_BACK,
        user=entry.entered_by,
        context={"name": entry.facts["name"], "reason": entry.reason},
        key=f"certificate_entry:{entry.pk}",
        link=reverse("board_entry", args=[entry.pk]),
        by=by,
    )
    return entry


@transaction.atomic
def withdraw_entry(*, entry: CertificateEntry, by: Viewer) -> CertificateEntry:
    """Take one's own entry back; what was typed stays to begin a new one with. Raises PermissionError, EntryRefused."""
    entry = _locked(entry)
    if by.user_id is None or entry.entered_by_id != by.user_id:
        raise PermissionError
    if entry.state != CertificateEntry.State.WAITING:
        raise refused(DECIDED)
    entry.state, entry.decided_at = CertificateEntry.State.WITHDRAWN, clock.now()
    entry.save(update_fields=["state", "decided_at"])
    note("certificate.entry_withdrawn", entry, by)
    return entry


def told(paper: Certificate | None) -> dict[str, str]:
    """What of a certificate is worth its old and new value in the trail."""
    if paper is None:
        return {}
    return {
        "hạng sao": str(paper.stars or ""),
        "số quyết định": paper.decision_number,
        "ngày công nhận": paper.written_date(),
    }


def _locked(entry: CertificateEntry) -> CertificateEntry:
    rows = CertificateEntry.objects.select_for_update(of=("self",)).select_related("unit__parent", "entered_by")
    return rows.get(pk=entry.pk)


def _waiting(entry: CertificateEntry, by: Viewer) -> CertificateEntry:
    entry = _locked(entry)
    if not can_confirm(by, entry):
        raise PermissionError
    if entry.state != CertificateEntry.State.WAITING:
        raise refused(DECIDED)
    return entry


def _decide(entry: CertificateEntry, state: CertificateEntry.State, by: Viewer) -> None:
    entry.state, entry.decided_by_id, entry.decided_at = state, by.user_id, clock.now()
    entry.save(update_fields=["state", "decided_by", "decided_at", "reason", "product", "certificate"])


def _product(entry: CertificateEntry, facts: EntryFacts, by: Viewer) -> OcopProduct:
    """The product of an entry, locked: the one it names, one of the same name, maker and place, or a new one. A correction also
    corrects what the register says of the product; another paper of it does not."""
    row = row_of(facts, entry.unit)
    key = row_key(row)
    wanted = {"pk": entry.product_id} if entry.product_id else {"row_key": key}
    known = (
        OcopProduct.objects.select_for_update(of=("self",)).select_related("unit", "former_province").filter(**wanted)
    )
    product = known.first()
    if product is None or entry.certificate_id is not None:
        place = Place(entry.unit, former_province_of(entry.unit))
        try:
            with transaction.atomic():
                product, _ = record_product(
                    row=row, key=key, place=place, known=product, by=by, is_demo=entry.entered_by.is_demo, via=""
                )
        except IntegrityError as error:  # somebody recorded it in this instant
            raise refused("Vừa có người ghi sản phẩm này. Hãy bấm xác nhận lại.") from error
    if facts.external_code and (entry.certificate_id is not None or not product.external_code):
        product.external_code = facts.external_code
        product.save(update_fields=["external_code"])
    return product


def _take_over(paper: Certificate, facts: EntryFacts, entry: CertificateEntry, by: Viewer) -> None:
    paper.stars, paper.decision_number = int(facts.stars), facts.decision
    paper.issuer_level, paper.issuer_name, paper.quality = facts.issuer_level, facts.issuer_name, facts.quality
    set_date(paper, facts.recognised())
    paper.entered_by_id, paper.confirmed_by_id, paper.confirmed_at = entry.entered_by_id, by.user_id, clock.now()
    paper.save()
