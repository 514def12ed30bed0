"""The kind of import: annexes of decisions and a province's lists. Every row becomes a paper that waits for a second person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from core.imports.contract import Effect, ImportKind, Outcome, RowRefused, RowVerdict, SaidAbove, UndoRefused, refused
from core.imports.sheet import parsers
from core.imports.sheet.columns import CellRefused, Column, Values
from core.kit import clock
from core.kit.text import fold_words
from core.people.models import Role
from core.people.queries import Viewer
from core.places.finder import find_units
from core.places.models import Level, Unit, in_force
from ocop.certificates.actions.deciding import withdraw_entry
from ocop.certificates.actions.entering import EntryRefused, enter_paper
from ocop.certificates.entries import FIELD_LABELS, EntryFacts, problems
from ocop.certificates.models import CertificateEntry, IssuerLevel, Quality
from ocop.certificates.papers import paper_key
from ocop.certificates.rules import DISTRICTS_ENDED
from ocop.certificates.titles import read_above
from ocop.register.cells import WrittenDate, parse_date, parse_stars
from ocop.register.models import OcopProduct
from ocop.register.queries import may_be_made_in, place_today
from ocop.register.rules import maker_key

_LEVELS = {
    IssuerLevel.DISTRICT.value: ("huyen", "cap huyen", "ubnd huyen", "uy ban nhan dan huyen"),
    IssuerLevel.PROVINCE.value: ("tinh", "cap tinh", "ubnd tinh", "uy ban nhan dan tinh", "thanh pho"),
    IssuerLevel.MINISTRY.value: ("bo", "trung uong", "bo nn mt", "bo nong nghiep", "bo nong nghiep va moi truong"),
}
_SEEN = {quality.value: (quality.value.lower(),) for quality in Quality}


def _stars(written: str) -> int:
    found, sentence = parse_stars(written)
    if found is None or found < 3:
        raise CellRefused(sentence)
    return found


def _day(written: str) -> WrittenDate:
    found, sentence = parse_date(written)
    if found is None:
        raise CellRefused(sentence)
    return found


@dataclass
class ListDesk:
    """What the rows may touch: the province's products by name and maker, their papers, and papers that wait."""

    unit: Unit
    viewer: Viewer
    known: dict[tuple[str, str], list[OcopProduct]]
    named: dict[str, set[str]]
    papers: dict[int, set[str]]
    waiting: set[str]
    sha256: str = ""
    places: dict[tuple[str, str, str], Unit | None] = field(default_factory=dict)


class PaperKind(ImportKind[ListDesk]):
    """Adds papers that wait; changes nothing that is in the register."""

    code = "ocop_giay"
    label = "Danh sách sản phẩm OCOP"
    lead = (
        "Nhập phụ lục quyết định hoặc danh sách của tỉnh, cả bảng chép từ Word. Mỗi dòng thành một giấy chờ người thứ hai so với "
        "quyết định; chưa xác nhận thì chưa tính."
    )
    rows_at_once = 200
    said_twice = "Cùng một giấy với dòng {line}. Hãy giữ lại một dòng."
    into = "danh sách chờ xác nhận"
    added_back = "sẽ được rút"
    columns = (
        Column("name", "Tên sản phẩm", parsers.text(200), ("ten san pham", "san pham", "ten sp", "name"), required=True, example="Nước mắm nhĩ"),
        Column("producer", "Chủ thể", parsers.text(200), ("ten chu the", "chu the san xuat", "co so san xuat", "nha san xuat", "producer"),
               required=True, example="HTX Phú Hài"),
        Column("stars", "Hạng sao", _stars, ("sao", "hang", "xep hang", "so sao", "stars"), required=True, example="4 sao"),
        Column("decision", "Số quyết định", parsers.text(80), ("quyet dinh", "quyet dinh cong nhan", "recognition decision"), required=True,
               example="2503/QĐ-UBND"),
        Column("recognised_on", "Ngày công nhận", _day, ("ngay quyet dinh", "ngay cap", "nam cong nhan", "recognised on"), required=True,
               example="19/01/2026"),
        Column("producer_kind", "Loại hình", parsers.text(60), ("loai hinh chu the", "producer kind"), example="hợp tác xã"),
        Column("product_group", "Ngành, nhóm", parsers.text(120), ("nganh", "nhom", "nhom san pham", "nganh hang", "product group")),
        Column("issuer_level", "Cấp công nhận", parsers.choice(_LEVELS), ("cap", "cap cong nhan"), example="tỉnh",
               hint="Huyện, tỉnh hoặc bộ. Để trống thì suy từ hạng sao và ngày."),
        Column("issuer_name", "Nơi ra quyết định", parsers.text(120), ("noi cap", "co quan ban hanh"), example="UBND tỉnh Lâm Đồng"),
        Column("commune", "Xã, phường", parsers.text(120), ("xa", "xa phuong", "phuong xa", "xa phuong thi tran", "xa cu", "commune old"),
               hint="Tên trước hay sau 01/07/2025 đều được."),
        Column("district", "Huyện (cũ)", parsers.text(120), ("huyen", "quan huyen", "huyen thi xa thanh pho", "district old")),
        Column("province", "Tỉnh", parsers.text(120), ("tinh thanh", "tinh thanh pho", "tinh cu", "province old")),
        Column("quality", "Đã thấy giấy ở đâu", parsers.choice(_SEEN), ("muc tin cay", "muc du lieu"), example="A",
               hint="A: đã xem quyết định có chữ ký. B1: cơ quan nhà nước đưa tin. B2: mới đề nghị. C: chủ thể tự khai."),
        Column("external_code", "Mã sản phẩm OCOP", parsers.text(60), ("ma san pham", "ma ocop", "ma sp")),
        Column("source_url", "Địa chỉ nguồn", parsers.text(400), ("nguon", "source url")),
        Column("note", "Ghi chú", parsers.text(500), ("note",)),
    )  # fmt: skip

    def read_above(self, lines: Sequence[str]) -> Mapping[str, SaidAbove]:
        """The decision that the title says the table is annexed to."""
        return read_above(lines)

    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """Today's communes and provinces for which the viewer may enter papers."""
        units = Unit.objects.filter(in_force(clock.today()), level__in=[Level.PROVINCE, Level.COMMUNE])
        return units.filter(viewer.units(Role.PROVINCE, Role.COMMUNE))

    def row_key(self, values: Values) -> str:
        """Product, maker, decision and day."""
        facts = (fold_words(values["name"] or ""), maker_key(values["producer"] or ""))
        return "|".join([*facts, paper_key(values["decision"] or "", values["recognised_on"])])

    def open_desk(self, *, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> ListDesk:
        """Three queries: the products of the province, their papers, the papers that wait."""
        province_id = unit.pk if unit.level == Level.PROVINCE else unit.parent_id
        products = OcopProduct.objects.filter(Q(unit=province_id) | Q(unit__parent=province_id))
        known: defaultdict[tuple[str, str], list[OcopProduct]] = defaultdict(list)
        named: defaultdict[str, set[str]] = defaultdict(set)
        papers: dict[int, set[str]] = {}
        for product in products.select_related("unit__parent").prefetch_related("certificates").order_by("pk"):
            known[fold_words(product.name), maker_key(product.producer_name)].append(product)
            named[fold_words(product.name)].add(product.producer_name)
            papers[product.pk] = {paper.paper_key for paper in product.certificates.all()}
        waiting = CertificateEntry.objects.filter(state=CertificateEntry.State.WAITING)
        return ListDesk(unit, viewer, known, named, papers, set(waiting.values_list("fingerprint", flat=True)))

    def note_file(self, desk: ListDesk, *, sha256: str) -> None:
        """The papers of one file are found together."""
        desk.sha256 = sha256

    def preview_row(self, values: Values, desk: ListDesk) -> RowVerdict:
        """A new paper, one that is there or waits already, or what is wrong."""
        title = f"{values['name']}, {values['producer']}"
        unit, doubt = _unit_of(values, desk)
        if unit is None:
            return refused(doubt, title=title)
        facts, warnings = _facts(values, unit)
        found = problems(facts, clock.today())
        if found:
            labels = (FIELD_LABELS.get(each.field, "") for each in found)
            return refused(
                *(f"{label}: {each.sentence}" for label, each in zip(labels, found, strict=True)), title=title
            )
        maker = maker_key(facts.producer)
        known = [each for each in desk.known.get((fold_words(facts.name), maker), []) if may_be_made_in(each, unit)]
        if len(known) > 1:
            return refused(
                "Có hai sản phẩm cùng tên và chủ thể trong sổ. Hãy nhập giấy này ở trang của đúng sản phẩm.",
                title=title,
            )
        product = known[0] if known else None
        if product is not None and paper_key(facts.decision, facts.recognised()) in desk.papers[product.pk]:
            return RowVerdict(Outcome.UNCHANGED, title)
        if facts.fingerprint() in desk.waiting:
            return RowVerdict(Outcome.UNCHANGED, title, warnings=("Giấy này đang chờ người thứ hai.",))
        others = sorted(desk.named.get(fold_words(facts.name), set())) if product is None else []
        doubles = tuple(f"Cùng tên với sản phẩm của «{other or 'chưa ghi chủ thể'}» trong sổ." for other in others[:3])
        warnings = (*warnings, *((doubt,) if doubt else ()))
        return RowVerdict(Outcome.CREATED, title, warnings=warnings, doubles=doubles, data=(facts, unit, product))

    def write_row(self, verdict: RowVerdict, desk: ListDesk) -> Effect:
        """The paper waits. Raises RowRefused."""
        facts, unit, product = verdict.data
        try:
            entry = enter_paper(facts=facts, unit=unit, by=desk.viewer, product=product, batch=desk.sha256[:40])
        except EntryRefused as refusal:
            raise RowRefused(str(refusal)) from refusal
        except PermissionError:
            raise RowRefused("Dòng này ở ngoài địa bàn của bạn.") from None
        desk.waiting.add(entry.fingerprint)
        return {"entry": entry.pk}

    def undo_obstacle(self, effect: Effect) -> str:
        """The second person has decided."""
        entry = CertificateEntry.objects.filter(pk=effect["entry"]).first()
        if entry is None or entry.state != CertificateEntry.State.WAITING:
            return "Người thứ hai đã xem giấy này, không rút được nữa."
        return ""

    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """The paper is withdrawn by whoever entered it."""
        try:
            withdraw_entry(entry=CertificateEntry.objects.get(pk=effect["entry"]), by=viewer)
        except EntryRefused as refusal:
            raise UndoRefused(str(refusal)) from refusal
        except PermissionError:
            raise UndoRefused("Chỉ người đã nhập giấy này rút được.") from None


def _facts(values: Values, unit: Unit) -> tuple[EntryFacts, tuple[str, ...]]:
    stars, written = values["stars"], values["recognised_on"]
    level, warnings = values["issuer_level"], list[str]()
    if not level:
        level = _level_by_law(stars, written.first_day)
        warnings.append(f"Cấp công nhận suy từ hạng sao và ngày: {IssuerLevel(level).label}.")
    texts = ("producer_kind", "product_group", "issuer_name", "external_code", "note")
    source = values["source_url"] or ""
    if source and not source.startswith(("http://", "https://")):
        source, warnings = "", [*warnings, "Địa chỉ nguồn không phải liên kết nên không giữ."]
    return EntryFacts(
        name=values["name"],
        producer=values["producer"],
        stars=str(stars),
        decision=values["decision"] or "",
        recognised_on=_as_written(written),
        unit=unit.code,
        issuer_level=level,
        quality=values["quality"] or Quality.STATE_NEWS.value,
        source_url=source,
        **{name: values[name] or "" for name in texts},
    ), tuple(warnings)


def _as_written(day: WrittenDate) -> str:
    return day.first_day.isoformat()[: {"year": 4, "month": 7}.get(day.precision, 10)]


def _level_by_law(stars: int, on: date) -> str:
    """Who decided, where a list leaves it out: it follows from stars and day (`rules.issuer_fits`)."""
    if stars == 5:
        return IssuerLevel.MINISTRY
    return IssuerLevel.DISTRICT if stars == 3 and on < DISTRICTS_ENDED else IssuerLevel.PROVINCE


def _unit_of(values: Values, desk: ListDesk) -> tuple[Unit | None, str]:
    """Today's unit of a row, and what is doubtful about it; None with what is wrong."""
    written = (values["province"] or "", values["district"] or "", values["commune"] or "")
    if not any(written):
        return desk.unit, ""
    if written not in desk.places:
        desk.places[written] = _place(*written, within=desk.unit)
    unit = desk.places[written]
    if unit is None:
        return None, "Chưa biết nơi này nay thuộc xã, phường nào. Hãy ghi tên xã hiện nay."
    inside = unit.pk == desk.unit.pk or unit.parent_id == desk.unit.pk
    if not inside:
        return None, f"Nơi này nay thuộc {unit}, ngoài {desk.unit}. Hãy nhập dòng này cho địa bàn đó."
    if values["commune"] and unit.level != Level.COMMUNE:
        return unit, f"Chưa biết chắc «{values['commune']}» nay là xã, phường nào; ghi theo {unit}."
    return unit, ""


def _place(province: str, district: str, commune: str, *, within: Unit) -> Unit | None:
    today = find_units(commune=commune, province=province) if commune and not district else None
    if today is not None and today.unit is not None and not today.doubts:
        found = Unit.objects.select_related("parent").get(pk=today.unit.id)
        if found.level == Level.COMMUNE:
            return found
    place = place_today(province=province or (within.parent or within).name, district=district, commune=commune)
    return Unit.objects.select_related("parent").get(pk=place.unit.pk) if place.unit else None
