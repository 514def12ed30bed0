"""The columns of a sheet as an operator may arrange them: what each of our fields is called, and what is kept of a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.kit.text import fold_words
from market.platforms.sheets.layout import CELL_VALUES, OWN_COLUMNS, PHOTOS_FIELD, Column, ColumnKind, SheetLayout

HEADING_LIMIT = 60
COLUMNS_LIMIT = 60
BUILT_IN = 1
FORMULA_STARTS = ("=", "+", "-", "@")
# What each field is called where an operator chooses; the width in characters; how its cells are written.
FIELDS: dict[str, tuple[str, int, ColumnKind]] = {
    "sku": ("Mã hàng của Lên Sàn", 22, ColumnKind.TEXT),
    "title": ("Tên sản phẩm", 44, ColumnKind.TEXT),
    "category_code": ("Mã ngành hàng của sàn", 18, ColumnKind.TEXT),
    "category_path": ("Loại hàng, đủ các cấp", 40, ColumnKind.TEXT),
    "price": ("Giá bán", 16, ColumnKind.NUMBER),
    "unit": ("Đơn vị tính", 14, ColumnKind.TEXT),
    "net_weight_grams": ("Khối lượng tịnh (gam)", 16, ColumnKind.NUMBER),
    "stock": ("Số lượng có", 12, ColumnKind.NUMBER),
    "description": ("Mô tả", 60, ColumnKind.LONG_TEXT),
    "ingredients": ("Thành phần", 40, ColumnKind.LONG_TEXT),
    "warnings": ("Cảnh báo", 40, ColumnKind.LONG_TEXT),
    "shelf_life": ("Hạn dùng", 16, ColumnKind.TEXT),
    PHOTOS_FIELD: ("Tên tệp ảnh", 36, ColumnKind.LONG_TEXT),
    "producer_name": ("Nhà sản xuất", 30, ColumnKind.TEXT),
    "origin": ("Nơi sản xuất", 32, ColumnKind.TEXT),
    "badges": ("Chứng nhận OCOP", 36, ColumnKind.LONG_TEXT),
    "badge_links": ("Trang kiểm tra OCOP", 40, ColumnKind.LONG_TEXT),
    "papers": ("Giấy chứng nhận khác", 40, ColumnKind.LONG_TEXT),
}
assert FIELDS.keys() == CELL_VALUES.keys() | {PHOTOS_FIELD}


# Which columns hold what a field of the document says.
_PLACES = {
    name: {name} for name in ("title", "description", "price", "unit", "net_weight_grams", "stock", "producer_name")
} | {
    **{name: {name} for name in ("papers", "ingredients", "warnings", "shelf_life")},
    "category_code": {"category_code", "category_path"},
    "photos": {PHOTOS_FIELD},
    "origin_commune": {"origin"},
    "badges": {"badges", "badge_links"},
}


def column_of(field: str, heading: str) -> Column:
    """A column with the width and kind that fit its field. Raises KeyError for a field that we do not have."""
    _, width, kind = FIELDS[field]
    return Column(field, heading, width, kind)


def as_data(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Columns as they are kept."""
    return [
        {"field": each.field, "heading": each.heading, "width": each.width, "kind": each.kind.value} for each in columns
    ]


def from_data(data: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Kept columns."""
    return tuple(
        Column(str(each["field"]), str(each["heading"]), int(each["width"]), ColumnKind(each["kind"])) for each in data
    )


def version_name(layout: SheetLayout, number: int) -> str:
    """ "voso-3": the name of a version of a platform's sheet."""
    return f"{layout.key}-{number}"


def arranged(layout: SheetLayout, options: Mapping[str, Any]) -> SheetLayout:
    """The layout as the connection's options arrange it: `columns` as they are kept and `version`, their number. Without
    these the built-in layout."""
    if not options.get("columns"):
        return layout
    version = version_name(layout, int(options.get("version", BUILT_IN)))
    capabilities = replace(layout.capabilities, rule_version=version)
    return replace(layout, columns=from_data(options["columns"]), version=version, capabilities=capabilities)


def omitted(columns: Sequence[Column]) -> tuple[str, ...]:
    """Fields of the document that stand in none of these columns."""
    held = {column.field for column in columns}
    return tuple(name for name, places in _PLACES.items() if not held & places)


def every_version(layout: SheetLayout, options: Mapping[str, Any]) -> tuple[SheetLayout, ...]:
    """The layout in force, then all others that were ever (`earlier`: lists of columns), the built-in one last."""
    earlier = [replace(layout, columns=from_data(data)) for data in options.get("earlier", ())]
    return (arranged(layout, options), *earlier, layout)


def column_problems(columns: Sequence[Column], kept: Sequence[SheetLayout]) -> list[str]:
    """Why these columns cannot be a version beside the kept ones, in sentences; empty when they can."""
    found = []
    fields, names = [each.field for each in columns], [fold_words(each.heading) for each in columns]
    if fields.count("sku") != 1:
        found.append("Phải có đúng một cột mã hàng: hệ thống nhận ra sản phẩm bằng mã này. Hãy giữ lại cột đó.")
    for column, name in zip(columns, names, strict=True):
        if names.count(name) > 1:
            found.append(f"Tên cột «{column.heading}» có hai lần. Hãy đặt mỗi cột một tên.")
        if name in {fold_words(own.heading) for own in OWN_COLUMNS}:
            found.append(f"Tên «{column.heading}» dành cho cột của Lên Sàn. Hãy đặt tên khác.")
        if column.heading.startswith(FORMULA_STARTS):
            found.append(f"Tên cột «{column.heading}» bắt đầu như công thức. Hãy bỏ dấu ở đầu.")
    # A file of another version shall never be read by a column that holds something else there.
    own = {fold_words(each.heading) for each in columns if each.field == "sku"}
    other = {fold_words(each.heading): each.heading for each in columns if each.field != "sku"}
    for layout in kept:
        there = {fold_words(each.heading) for each in layout.columns if each.field != "sku"}
        if own & there:
            found.append("Tên cột mã hàng đã dùng cho cột khác ở một mẫu cũ. Hãy đặt tên khác.")
        if fold_words(layout.sku_heading) in other:
            found.append(f"Tên «{layout.sku_heading}» là cột mã hàng của một mẫu cũ. Hãy đặt tên khác cho cột này.")
    return list(dict.fromkeys(found))
