"""Reading a file into the register: the operator's command."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from ocop.certificates.actions.dates import set_date, write_superseded
from ocop.certificates.actions.deciding import told
from ocop.certificates.actions.freezing import freeze_certificate
from ocop.certificates.events import CertificatesChanged
from ocop.certificates.models import Certificate
from ocop.certificates.papers import finer, paper_of_row
from ocop.register.actions import Outcome, record_product
from ocop.register.models import OcopProduct
from ocop.register.queries import Place, place_today
from ocop.register.reading import Row, read_rows
from ocop.register.rules import row_key

_KEYS_AT_ONCE = 500
_CONFIRMED = "Giấy này đã được hai người xác nhận, nên giữ nguyên. Muốn sửa, hãy nhập giấy sửa để người thứ hai xem."
_REVOKED = "Giấy này đã bị thu hồi, nên giữ nguyên."
_CORRECTED = "Bổ sung theo danh sách nhập sau."


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
        before = told(paper)
        if paper is None:
            paper = Certificate(product=product, stars=row.stars, decision_number=row.decision)
            set_date(paper, row.recognised)
            paper.save()
            papers.append(paper)
            outcome = Outcome.CREATED
        else:
            outcome = _complete(paper, row, warnings, may_correct=not repeated)
        self.used_papers.add(paper.pk)
        if outcome != Outcome.UNCHANGED:
            write_superseded(papers)
            freeze_certificate(certificate=paper, reason=_CORRECTED if before else "")
            word = "certificate.recorded" if outcome == Outcome.CREATED else "certificate.changed"
            record(
                word,
                actor_id=self.by.user_id,
                object_label=f"certificate:{paper.pk}",
                via="import",
                changes={name: (before.get(name, ""), now) for name, now in told(paper).items()},
            )
        return outcome


def _complete(paper: Certificate, row: Row, warnings: list[str], *, may_correct: bool) -> Outcome:
    """Add what the row knows more. Only the first row of a file about a paper may also correct it: otherwise two rows
    that contradict each other would change it to and fro each time the file is read. The command is one person's: what two people
    have confirmed, and what is revoked, stays as it is."""
    before = (paper.stars, paper.decision_number, paper.recognised())
    stars, decision = (row.stars or paper.stars), (row.decision or paper.decision_number)
    if not may_correct:
        stars, decision = (paper.stars or row.stars), (paper.decision_number or row.decision)
    after = (stars, decision, finer(paper.recognised(), row.recognised))
    if after == before:
        return Outcome.UNCHANGED
    if paper.confirmed_by_id is not None or paper.revoked_on is not None:
        warnings.append(_REVOKED if paper.revoked_on is not None else _CONFIRMED)
        return Outcome.UNCHANGED
    paper.stars, paper.decision_number, recognised = after
    set_date(paper, recognised)
    paper.save()
    return Outcome.CHANGED
