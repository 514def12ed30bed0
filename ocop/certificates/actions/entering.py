"""Entering a paper: it waits for a second person, and counts for nothing until then."""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.certificates.entries import EntryFacts, Problem, problems
from ocop.certificates.models import Certificate, CertificateEntry
from ocop.certificates.papers import paper_key
from ocop.certificates.rights import can_enter, can_enter_for
from ocop.register.models import OcopProduct
from ocop.register.queries import same_products
from ocop.register.reading import Row
from ocop.register.rules import row_key

ALREADY_WAITING = "Giấy này đã có người nhập và đang chờ người thứ hai. Hãy xem ở danh sách chờ."

TWO_ALIKE = "Có hai sản phẩm cùng tên và chủ thể trong sổ. Hãy nhập giấy này ở trang của đúng sản phẩm."


class EntryRefused(Exception):
    """The paper cannot be entered or decided so. `problems` are all that is wrong; the message is the first sentence."""

    def __init__(self, *found: Problem) -> None:
        super().__init__(found[0].sentence)
        self.problems = found


def refused(sentence: str, field: str = "") -> EntryRefused:
    """A refusal with one sentence."""
    return EntryRefused(Problem(field, sentence))


@transaction.atomic
def enter_paper(
    *,
    facts: EntryFacts,
    unit: Unit | None,
    by: Viewer,
    product: OcopProduct | None = None,
    corrects: Certificate | None = None,
    batch: str = "",
    line: int | None = None,
) -> CertificateEntry:
    """Keep a paper for a second person to compare. `product` is the one it belongs to (found by name, maker and place when it is not
    said), `corrects` the recorded paper it puts right; then the product is that one's.

    Raises PermissionError, EntryRefused with everything that is wrong.
    """
    product = corrects.product if corrects else product
    if by.user_id is None or not (can_enter_for(by, product) if product else can_enter(by, unit)):
        raise PermissionError
    if product is not None and unit is None:
        unit = product.unit
    facts = replace(facts, unit=unit.code if unit else "", corrects=corrects.check_code if corrects else "")
    product = product or OcopProduct.objects.filter(row_key=row_key(row_of(facts, unit))).first()
    alike = same_products(facts.name, facts.producer, unit) if product is None and unit is not None else []
    product = product or (alike[0] if len(alike) == 1 else None)
    found = [*problems(facts, clock.today()), *obstacles(facts, product, corrects)]
    if product is None and len(alike) > 1:
        found.append(Problem("name", TWO_ALIKE))
    fingerprint = facts.fingerprint()
    if CertificateEntry.objects.filter(fingerprint=fingerprint, state=CertificateEntry.State.WAITING).exists():
        found.append(Problem("", ALREADY_WAITING))
    if found:
        raise EntryRefused(*found)
    try:
        with transaction.atomic():
            entry = CertificateEntry.objects.create(
                product=product,
                unit=unit,
                facts=facts.as_json(),
                fingerprint=fingerprint,
                certificate=corrects,
                batch=batch,
                line=line,
                entered_by_id=by.user_id,
                entered_at=clock.now(),
            )
    except IntegrityError as error:  # somebody entered it in this instant
        raise refused(ALREADY_WAITING) from error
    note("certificate.entered", entry, by)
    return entry


def obstacles(facts: EntryFacts, product: OcopProduct | None, corrects: Certificate | None) -> list[Problem]:
    """What the register says against a paper: it is there already, or the one to be corrected can no longer be."""
    if corrects is not None and corrects.revoked_on is not None:
        return [Problem("", "Giấy này đã được thu hồi, không sửa được nữa.")]
    if product is None:
        return []
    same = product.certificates.filter(paper_key=paper_key(facts.decision, facts.recognised()))
    known = next((each for each in same if corrects is None or each.pk != corrects.pk), None)
    if known is None:
        return []
    return [Problem("decision", f"Giấy này đã có trong sổ với mã kiểm tra {known.check_code}. Hãy xem lại số và ngày.")]


def row_of(facts: EntryFacts, unit: Unit | None) -> Row:
    """The entry as a row of the register, with today's names of its place."""
    is_commune = unit is not None and unit.parent is not None
    province = unit.parent if is_commune and unit is not None else unit
    return Row(
        number=0,
        name=facts.name,
        producer=facts.producer,
        producer_kind=facts.producer_kind,
        product_group=facts.product_group,
        stars=None,
        decision=facts.decision,
        recognised=facts.recognised(),
        commune=str(unit) if is_commune else "",
        district="",
        province=province.name if province is not None else "",
        source_url=facts.source_url,
        note=facts.note,
        warnings=(),
    )


def note(word: str, entry: CertificateEntry, by: Viewer, reason: str = "") -> None:
    """Write the trail of an entry."""
    changes = {"sản phẩm": ("", entry.facts["name"]), "số quyết định": ("", entry.facts["decision"])}
    record(
        word,
        actor_id=by.user_id,
        object_label=f"certificate_entry:{entry.pk}",
        unit_code=entry.unit.code if entry.unit else "",
        changes=changes | ({"lý do": ("", reason)} if reason else {}),
    )
