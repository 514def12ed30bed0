"""The kind of import: rubrics of 26/2026, one line for every option of every criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from core.imports.contract import Change, Effect, ImportKind, Outcome, RowVerdict, UndoRefused, refused
from core.imports.sheet import parsers
from core.imports.sheet.columns import CellRefused, Column, Values
from core.kit import clock
from core.kit.text import fold_words
from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Level, Unit, in_force
from ocop.register.models import TAXONOMY_OF_2026, TaxonomyNode
from ocop.register.queries import product_sets
from ocop.rulebooks.actions import (
    NewerVersion,
    RubricLine,
    obstacle_to_taking_back,
    open_version,
    take_version_back,
    write_line,
)
from ocop.rulebooks.models import Criterion, Option, Rubric, Rulebook

_STARS = {"3": 3, "4": 4, "5": 5}


def _minimum(written: str) -> int:
    stars = written.strip()
    if set(stars) <= {"*", "★"} and 3 <= len(stars) <= 5:
        return len(stars)
    found = _STARS.get(fold_words(written).removesuffix(" sao"))
    if found is None:
        raise CellRefused(f"«{written}» không phải mức tối thiểu. Hãy ghi ***, **** hoặc *****, hoặc để trống.")
    return found


def _part(written: str) -> str:
    letter = fold_words(written).removeprefix("phan ").upper()
    if letter not in {"A", "B", "C"}:
        raise CellRefused(f"«{written}» không phải phần A, B hay C. Hãy ghi một chữ.")
    return letter


def _criterion_number(written: str) -> str:
    number = written.strip().rstrip(".").replace(",", ".")
    if not number or len(number) > 12:
        raise CellRefused("số của tiêu chí chưa rõ. Hãy ghi như «4.1».")
    return number


@dataclass
class RubricDesk:
    """The sets, the newest rubric of each, and what earlier lines of the sheet said of a criterion."""

    viewer: Viewer
    rulebook: Rulebook
    sets: dict[str, TaxonomyNode]
    newest: dict[int, Rubric]
    said: dict[tuple[int, str], tuple[str, str, int]] = field(default_factory=dict)
    sha256: str = ""


class RubricKind(ImportKind[RubricDesk]):
    """Enters criteria and options. A sheet makes a new version of each rubric it changes and completes the version before."""

    code = "ocop_rubric"
    rows_at_once = 500
    label = "Bộ tiêu chí OCOP"
    lead = (
        "Nhập tiêu chí và lựa chọn của các bộ sản phẩm theo 26/2026/QĐ-TTg, mỗi dòng một lựa chọn. Mỗi lần nhập có thay đổi là một "
        "bản mới; bản trước vẫn còn. Chép đúng từ phụ lục của quyết định."
    )
    said_twice = "Cùng một lựa chọn với dòng {line}. Hãy giữ lại một dòng."
    into = "bộ tiêu chí"
    added_back = "sẽ bị bỏ cùng bản mới"
    columns = (
        Column("product_set", "Bộ sản phẩm", parsers.text(160), ("bo", "bo san pham", "bo so"), required=True, example="1",
               hint="Số thứ tự 1 đến 26, hoặc tên bộ."),
        Column("part", "Phần", _part, ("phan", "phan diem"), required=True, example="B"),
        Column("number", "Số tiêu chí", _criterion_number, ("so", "stt tieu chi", "muc", "so muc"), required=True, example="4.1"),
        Column("name", "Tiêu chí", parsers.text(300), ("ten tieu chi", "noi dung tieu chi"), required=True, example="Khu vực phân phối"),
        Column("most", "Điểm tối đa", parsers.integer(maximum=100), ("diem toi da", "toi da"), required=True, example="5"),
        Column("points", "Điểm của lựa chọn", parsers.integer(maximum=100), ("diem", "diem lua chon", "so diem"), example="2",
               hint="Để trống khi mới chỉ có tiêu chí."),
        Column("text", "Lựa chọn", parsers.text(2000), ("noi dung", "noi dung lua chon", "mo ta"), example="Bán ngoài tỉnh"),
        Column("minimum", "Tối thiểu cho", _minimum, ("dieu kien toi thieu", "toi thieu", "hang toi thieu"), example="****",
               hint="***, **** hoặc *****; để trống khi không phải điều kiện."),
    )  # fmt: skip

    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """Provinces where the viewer works for the province; a rubric holds for all of them."""
        return Unit.objects.filter(viewer.units(Role.PROVINCE), in_force(clock.today()), level=Level.PROVINCE)

    def row_key(self, values: Values) -> str:
        """Set, criterion and points."""
        points = "" if values["points"] is None else values["points"]
        return f"{fold_words(values['product_set'] or '')}|{values['number']}|{points}"

    def open_desk(self, *, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> RubricDesk:
        """Five queries: the rulebook, its sets and their newest rubrics with criteria and options."""
        books = Rulebook.objects.select_for_update() if locked else Rulebook.objects
        book = books.get(decision=TAXONOMY_OF_2026)
        sets: dict[str, TaxonomyNode] = {}
        for each in product_sets():
            sets[str(each.number)] = sets[fold_words(each.name)] = each
        options = Prefetch("options", Option.objects.order_by("position"))
        whole = Prefetch("criteria", Criterion.objects.prefetch_related(options))
        newest: dict[int, Rubric] = {}
        for rubric in Rubric.objects.filter(rulebook=book, is_sample=False).prefetch_related(whole).order_by("version"):
            if rubric.product_set_id is not None:
                newest[rubric.product_set_id] = rubric
        return RubricDesk(viewer, book, sets, newest)

    def note_file(self, desk: RubricDesk, *, sha256: str) -> None:
        """The file is what a version comes from."""
        desk.sha256 = sha256

    def preview_row(self, values: Values, desk: RubricDesk) -> RowVerdict:
        """New, changed, there already, or refused when set, points or an earlier line contradict."""
        line = RubricLine(
            values["part"], values["number"], values["name"], values["most"], values["points"], values["text"] or "",
            values["minimum"] or 0,
        )  # fmt: skip
        title = f"{line.number} {line.name}"[:120]
        product_set = desk.sets.get(fold_words(values["product_set"]))
        if product_set is None:
            return refused(f"Không có bộ sản phẩm «{values['product_set']}». Hãy ghi số từ 1 đến 26.", title=title)
        if reason := _contradiction(line, desk.said.setdefault((product_set.pk, line.number), (line.part, line.name, line.most))):  # fmt: skip
            return refused(reason, title=title)
        known = desk.newest.get(product_set.pk)
        found = [each for each in known.criteria.all() if each.number == line.number] if known else []
        criterion = found[0] if found else None
        changes = _changes(line, criterion)
        if not changes:
            return RowVerdict(Outcome.UNCHANGED, title)
        is_new = criterion is None or (line.points is not None and _option(criterion, line.points) is None)
        outcome = Outcome.CREATED if is_new else Outcome.CHANGED
        shown = (Change("Bộ sản phẩm", "", product_set.name), *changes)
        return RowVerdict(outcome, title, changes=shown, data=(product_set, line))

    def write_row(self, verdict: RowVerdict, desk: RubricDesk) -> Effect:
        """Write the line to the version of this file."""
        product_set, line = verdict.data
        rubric = open_version(rulebook=desk.rulebook, product_set=product_set, sha256=desk.sha256, by=desk.viewer)
        write_line(rubric=rubric, line=line)
        return {"rubric": rubric.pk}

    def undo_obstacle(self, effect: Effect) -> str:
        """A later version was made from this one."""
        return obstacle_to_taking_back(effect["rubric"])

    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """The whole version goes with the first of its lines."""
        try:
            take_version_back(rubric_id=effect["rubric"], by=viewer)
        except NewerVersion as newer:
            raise UndoRefused(str(newer)) from newer


def _contradiction(line: RubricLine, said: tuple[str, str, int]) -> str:
    if (line.part, line.name, line.most) != said:
        return f"Tiêu chí {line.number} ghi khác dòng ở trên (phần, tên hoặc điểm tối đa). Hãy ghi giống nhau."
    if line.points is None:
        return "Có lựa chọn nhưng thiếu điểm. Hãy ghi điểm của lựa chọn." if line.text or line.minimum_for else ""
    if line.points > line.most:
        return f"Lựa chọn {line.points} điểm vượt điểm tối đa {line.most}. Hãy xem lại."
    return "" if line.text else "Thiếu lời của lựa chọn. Hãy chép từ quyết định."


def _option(criterion: Criterion, points: int) -> Option | None:
    return next((each for each in criterion.options.all() if each.points == points), None)


def _changes(line: RubricLine, criterion: Criterion | None) -> tuple[Change, ...]:
    option = _option(criterion, line.points) if criterion is not None and line.points is not None else None
    pairs = [
        ("Phần", criterion.part if criterion else "", line.part),
        ("Tiêu chí", criterion.name if criterion else "", line.name),
        ("Điểm tối đa", str(criterion.most) if criterion else "", str(line.most)),
    ]
    if line.points is not None:
        before = f"{option.points} điểm: {option.text}" if option else ""
        pairs.append(("Lựa chọn", before, f"{line.points} điểm: {line.text}"))
        pairs.append(("Tối thiểu cho", _star_words(option.minimum_for if option else 0), _star_words(line.minimum_for)))
    return tuple(Change(label, old, new) for label, old, new in pairs if old != new)


def _star_words(stars: int) -> str:
    return f"{stars} sao" if stars else ""
