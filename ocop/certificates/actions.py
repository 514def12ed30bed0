"""Writing certificates: reading a file into the register, and revoking."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.certificates.events import CertificatesChanged
from ocop.certificates.models import Certificate
from ocop.certificates.papers import finer, paper_key, paper_of_row, superseded_days
from ocop.certificates.rules import can_revoke, period
from ocop.register.actions import Outcome, record_product
from ocop.register.cells import WrittenDate
from ocop.register.models import OcopProduct
from ocop.register.queries import Place, place_today
from ocop.register.reading import Row, read_rows
from ocop.register.rules import row_key

_KEYS_AT_ONCE = 500


class RevocationRefused(Exception):
    """The certificate cannot be revoked so; the message is for people."""


@dataclass(frozen=True)
class RowResult:
    """What became of one row. `refusal` is "" unless the outcome is refused."""

    number: int
    name: str
    outcome: Outcome
    warnings: tuple[str, ...]
    refusal: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What became of a file, row by row."""

    results: tuple[RowResult, ...]

    def counts(self) -> dict[str, int]:
        """The five integers: rows created, changed, unchanged and refused, and the number of warnings."""
        outcomes = Counter(result.outcome for result in self.results)
        counted = {outcome.value: outcomes[outcome] for outcome in Outcome}
        return counted | {"warnings": sum(len(result.warnings) for result in self.results)}


def import_products(*, content: bytes, by: Viewer, is_demo: bool = False) -> ImportReport:
    """Read a file of OCOP products (csv, xlsx) into the register; all accepted rows or, after a crash, none.

    Repeating a file changes nothing. A later, fuller file completes what is there; an empty cell never
    erases. Raises `ocop.register.reading.FileRefused`, and then nothing has changed.
    """
    rows = read_rows(content)
    with transaction.atomic():
        desk = _Desk.opened_for(rows, by, is_demo)
        report = ImportReport(tuple(desk.take(row) for row in rows))
        record("ocop.imported", actor_id=by.user_id, object_label=f"rows:{len(rows)}", via="import")
    return report


def write_superseded(papers: Sequence[Certificate]) -> None:
    """Write down from which day each paper of one product is superseded by another of them (`papers.superseded_days`)."""
    for paper, day in zip(papers, superseded_days(papers), strict=True):
        if paper.superseded_on != day:
            paper.superseded_on = day
            paper.save(update_fields=["superseded_on"])


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, on: date, reason: str, by: Viewer) -> Certificate:
    """Withdraw a certificate from a day on (Điều 8, 26/2026/QĐ-TTg). Raises PermissionError, RevocationRefused."""
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("product").get(pk=certificate.pk)
    if not can_revoke(by, certificate.product):
        raise PermissionError
    if certificate.revoked_on is not None:
        raise RevocationRefused("Giấy chứng nhận này đã được thu hồi trước đó.")
    if not squeeze(reason):
        raise RevocationRefused("Hãy ghi lý do thu hồi.")
    if on > clock.today() or (certificate.recognised_on is not None and on < certificate.recognised_on):
        raise RevocationRefused("Ngày thu hồi phải từ ngày công nhận đến hôm nay. Hãy chọn lại ngày.")
    certificate.revoked_on = on
    certificate.revoked_reason = squeeze(reason)[:200]
    certificate.save(update_fields=["revoked_on", "revoked_reason"])
    record(
        "certificate.revoked",
        actor_id=by.user_id,
        object_label=f"certificate:{certificate.pk}",
        unit_code=certificate.product.unit.code if certificate.product.unit else "",
        changes={"thu hồi từ ngày": ("", f"{on:%d/%m/%Y}"), "lý do": ("", certificate.revoked_reason)},
    )
    emit(CertificatesChanged(certificate.product_id))
    return certificate


@dataclass
class _Desk:
    """The working memory of one import: what is known, and what earlier rows of this file were about."""

    by: Viewer
    is_demo: bool
    products: dict[str, OcopProduct]
    papers: defaultdict[int, list[Certificate]]
    used_products: set[int] = field(default_factory=set)
    used_papers: set[int] = field(default_factory=set)
    places: dict[tuple[str, str, str], Place] = field(default_factory=dict)

    @classmethod
    def opened_for(cls, rows: Iterable[Row], by: Viewer, is_demo: bool) -> _Desk:
        """Read all that these rows may touch, locked, in a fixed order."""
        keys = sorted({row_key(row) for row in rows if not row.refusal})
        products: dict[str, OcopProduct] = {}
        papers: defaultdict[int, list[Certificate]] = defaultdict(list)
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = OcopProduct.objects.filter(row_key__in=keys[start : start + _KEYS_AT_ONCE])
            # Not the units: PostgreSQL cannot lock the empty side of an outer join.
            for product in (
                some.select_for_update(of=("self",)).select_related("unit", "former_province").order_by("pk")
            ):
                products[product.row_key] = product
            for paper in Certificate.objects.filter(product__in=some).order_by("pk"):
                papers[paper.product_id].append(paper)
        return cls(by, is_demo, products, papers)

    def take(self, row: Row) -> RowResult:
        """Write one row."""
        if row.refusal:
            return RowResult(row.number, row.name, Outcome.REFUSED, row.warnings, row.refusal)
        warnings = list(row.warnings)
        key = row_key(row)
        known = self.products.get(key)
        outcomes = []
        if known is not None and known.pk in self.used_products:
            product = known  # the first row about a product wins, so that repeating the file changes nothing
        else:
            place = self._place(row, warnings)
            product, outcome = record_product(
                row=row, key=key, place=place, known=known, by=self.by, is_demo=self.is_demo
            )  # fmt: skip
            outcomes.append(outcome)
        self.products[key] = product
        self.used_products.add(product.pk)
        outcomes.append(self._paper(product, row, warnings))
        outcome = next((each for each in Outcome if each in outcomes), Outcome.UNCHANGED)
        if outcome != Outcome.UNCHANGED:
            emit(CertificatesChanged(product.pk))
        return RowResult(row.number, row.name, outcome, tuple(warnings))

    def _place(self, row: Row, warnings: list[str]) -> Place:
        written = (row.province, row.district, row.commune)
        if written not in self.places:
            self.places[written] = place_today(province=row.province, district=row.district, commune=row.commune)
        place = self.places[written]
        if place.unit is None:
            warnings.append("Chưa biết nơi này nay thuộc tỉnh nào; giữ nơi như đã ghi.")
        elif row.commune and not place.is_commune:
            warnings.append(f"Chưa biết chắc «{row.commune}» nay là xã, phường nào; ghi theo tỉnh, giữ nơi như đã ghi.")
        return place

    def _paper(self, product: OcopProduct, row: Row, warnings: list[str]) -> Outcome:
        if row.recognised is not None and row.recognised.first_day > clock.today():
            warnings.append("Ngày công nhận ở sau hôm nay.")
        papers = self.papers[product.pk]
        paper = paper_of_row(row, papers)
        repeated = paper is not None and paper.pk in self.used_papers
        if repeated:
            warnings.append("Trùng với một dòng ở trên trong cùng tệp.")
        before = _told(paper)
        if paper is None:
            paper = Certificate(product=product, stars=row.stars, decision_number=row.decision)
            _set_date(paper, row.recognised)
            paper.save()
            papers.append(paper)
            outcome = Outcome.CREATED
        else:
            outcome = _complete(paper, row, may_correct=not repeated)
        self.used_papers.add(paper.pk)
        if outcome != Outcome.UNCHANGED:
            write_superseded(papers)
        if outcome != Outcome.UNCHANGED:
            word = "certificate.recorded" if outcome == Outcome.CREATED else "certificate.changed"
            record(
                word,
                actor_id=self.by.user_id,
                object_label=f"certificate:{paper.pk}",
                via="import",
                changes={name: (before.get(name, ""), now) for name, now in _told(paper).items()},
            )
        return outcome


def _told(paper: Certificate | None) -> dict[str, str]:
    """What of a certificate is worth its old and new value in the trail."""
    if paper is None:
        return {}
    return {
        "hạng sao": str(paper.stars or ""),
        "số quyết định": paper.decision_number,
        "ngày công nhận": paper.written_date(),
    }


def _complete(paper: Certificate, row: Row, *, may_correct: bool) -> Outcome:
    """Add what the row knows more. Only the first row of a file about a paper may also correct it: otherwise two rows
    that contradict each other would change it to and fro each time the file is read."""
    before = (paper.stars, paper.decision_number, paper.recognised())
    stars, decision = (row.stars or paper.stars), (row.decision or paper.decision_number)
    if not may_correct:
        stars, decision = (paper.stars or row.stars), (paper.decision_number or row.decision)
    after = (stars, decision, finer(paper.recognised(), row.recognised))
    if after == before:
        return Outcome.UNCHANGED
    paper.stars, paper.decision_number, recognised = after
    _set_date(paper, recognised)
    paper.save()
    return Outcome.CHANGED


def _set_date(paper: Certificate, recognised: WrittenDate | None) -> None:
    known = period(recognised)
    paper.recognised_on = recognised.first_day if recognised else None
    paper.precision = recognised.precision if recognised else Certificate.DatePrecision.NONE
    paper.earliest_end = known.earliest_end if known else None
    paper.latest_end = known.latest_end if known else None
    paper.paper_key = paper_key(paper.decision_number, recognised)
