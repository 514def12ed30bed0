"""The columns of a list of goods: what each is called, what the sheet says of a listing, how a cell is read back.

The same columns go out and come in. A cell that says what the sheet would say anyway is no change, however odd the text is:
only other cells are read at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.imports.sheet.columns import CellRefused, Column
from core.kit.text import plain_text
from core.places.finder import find_units, names_today
from core.places.models import Level
from market.goods.models import Category
from market.goods.tree import category_named, find_category
from market.listings.models import Listing
from market.lists import cells
from market.lists.desk import GoodsDesk

Shown = Callable[[Listing], str | int | float]


@dataclass(frozen=True)
class Field:
    """One fact of a listing. `shown` is what the sheet says of it (a number stays one), `read` a cell as a value. What is
    `shared` is written at the main listing and kept equal at its sizes. `empty` is the value of a cell with «-»; a field
    without cannot be emptied."""

    name: str
    label: str
    shown: Shown
    read: Callable[[str, GoodsDesk], Any]
    hint: str
    example: str
    width: int
    shared: bool = False
    can_be_empty: bool = False
    empty: Any = None
    keeps_lines: bool = False
    aliases: tuple[str, ...] = ()

    def column(self) -> Column:
        """The column an import looks for; cells are read when the listing is known."""
        return Column(
            self.name, self.label, str, self.aliases, example=self.example, hint=self.hint, keeps_lines=self.keeps_lines
        )


def same_text(one: str, other: str) -> bool:
    """Whether two cells say the same, whatever a spreadsheet made of spaces, lines and composed letters."""
    return plain_text(one, 100_000) == plain_text(other, 100_000)


def as_text(shown: str | float) -> str:
    """A shown value as the text of its cell."""
    return f"{shown:.10g}".replace(".", ",") if isinstance(shown, float) else str(shown)


def _plain(read: Callable[[str], Any]) -> Callable[[str, GoodsDesk], Any]:
    return lambda written, desk: read(written)


def _or_nothing(name: str) -> Shown:
    def shown(listing: Listing) -> str | int:
        value = getattr(listing, name)
        return "" if value is None else value

    return shown


def _category(written: str, desk: GoodsDesk) -> Category:
    """By its name or another name people use."""
    node = category_named(written)
    if node is not None and node.code in desk.categories:
        return desk.categories[node.code]
    near = [node.name for node in find_category(written, 3)]
    said = f" Có phải {', '.join(f'«{name}»' for name in near)}?" if near else ""
    raise CellRefused(f"chưa rõ «{written}» là loại hàng nào.{said} Hãy chọn một tên trong danh sách của ô này.")


def _origin(written: str, desk: GoodsDesk) -> Any:
    if written not in desk.origins:
        found = find_units(written, level=Level.COMMUNE)
        if found.unit is None:
            near = "; ".join(f"«{words}»" for words in names_today(found))
            desk.origins[written] = (
                f"chưa rõ «{written}» là xã nào{f' ({near})' if near else ''}. Hãy ghi cả tỉnh, như «xã Bù Gia Mập, Đồng Nai»."
            )
        else:
            desk.origins[written] = desk.unit_by_id(found.unit.id)
    origin = desk.origins[written]
    if isinstance(origin, str):
        raise CellRefused(origin)
    return origin


def _origin_shown(listing: Listing) -> str:
    return f"{listing.origin}, {listing.origin.parent}" if listing.origin else ""


def _alcohol_shown(listing: Listing) -> str | int | float:
    if listing.alcohol is None:
        return ""
    return listing.alcohol // 10 if listing.alcohol % 10 == 0 else listing.alcohol / 10


_AFTER_MAIN = "Của quy cách thì theo dòng chính, để trống."
FIELDS = (
    Field(
        "variant_name", "Quy cách", lambda each: each.variant_name, _plain(cells.line(40)),
        "Cỡ hoặc cách gói, khi cùng một món có nhiều cỡ.", "Chai 500 ml", 16, keeps_lines=True,
        aliases=("quy cach", "phan loai", "kich co", "size"),
    ),
    Field(
        "name", "Tên", lambda each: each.name, _plain(cells.line(120)), f"Tên như trên nhãn, nhiều nhất 120 ký tự. {_AFTER_MAIN}",
        "Mật ong rừng Bù Gia Mập", 34, shared=True, keeps_lines=True, aliases=("ten san pham", "ten hang", "san pham", "ten hang hoa"),
    ),
    Field(
        "category", "Loại hàng", lambda each: each.category.name if each.category else "", _category, "Chọn trong danh sách của ô.", "Mật ong nguyên chất",
        26, shared=True, aliases=("danh muc", "nganh hang", "nhom hang", "loai"),
    ),
    Field(
        "description", "Mô tả", lambda each: each.description, _plain(cells.lines(4000)),
        "Làm từ gì, vị thế nào, dùng ra sao. Xuống dòng trong ô được.", "Mật ong hoa điều, vị thanh.", 46, shared=True,
        keeps_lines=True, aliases=("mo ta san pham", "gioi thieu", "chi tiet"),
    ),
    Field(
        "price", "Giá", lambda each: each.price or "", _plain(cells.price), "Số đồng của một đơn vị, viết đủ: 55.000.", "180.000", 12,
        aliases=("gia ban", "don gia", "gia dong"),
    ),
    Field(
        "unit", "Đơn vị", lambda each: each.get_unit_display(), _plain(cells.sale_unit), "Bán theo gì: chọn trong danh sách của ô.",
        "chai", 10, aliases=("don vi ban", "don vi tinh", "dvt"),
    ),
    Field(
        "net_weight", "Khối lượng tịnh (gam)", _or_nothing("net_weight"), _plain(cells.grams), "Của một đơn vị: 500, «500 g» hoặc «0,5 kg».",
        "700", 14, can_be_empty=True, aliases=("khoi luong tinh", "khoi luong", "trong luong"),
    ),
    Field(
        "net_volume", "Dung tích (ml)", _or_nothing("net_volume"), _plain(cells.millilitres), "Của một đơn vị hàng lỏng: 350 hoặc «0,35 lít».",
        "500", 12, can_be_empty=True, aliases=("dung tich", "the tich"),
    ),
    Field(
        "season_from", "Mùa từ (tháng)", _or_nothing("season_from"), _plain(cells.month), "Tháng bắt đầu có hàng, 1 đến 12.", "3", 10,
        shared=True, can_be_empty=True, aliases=("mua tu", "tu thang"),
    ),
    Field(
        "season_to", "Mùa đến (tháng)", _or_nothing("season_to"), _plain(cells.month), "Tháng cuối còn hàng, 1 đến 12.", "6", 10,
        shared=True, can_be_empty=True, aliases=("mua den", "den thang"),
    ),
    Field(
        "shelf_life_days", "Hạn dùng (ngày)", _or_nothing("shelf_life_days"), _plain(cells.days), "Số ngày từ khi làm ra.", "365", 10,
        shared=True, can_be_empty=True, aliases=("han dung", "han su dung", "hsd"),
    ),
    Field(
        "ingredients", "Thành phần", lambda each: each.ingredients, _plain(cells.lines(4000)), "Như trên nhãn.", "Mật ong 100 %", 30,
        shared=True, can_be_empty=True, empty="", keeps_lines=True, aliases=("thanh phan cau tao", "nguyen lieu"),
    ),
    Field(
        "storage_note", "Cách giữ", lambda each: each.storage_note, _plain(cells.line(200)), "Để ở đâu, giữ thế nào.", "Để nơi khô, mát", 24,
        shared=True, can_be_empty=True, empty="", keeps_lines=True, aliases=("bao quan", "cach bao quan"),
    ),
    Field(
        "warning", "Cảnh báo", lambda each: each.warning, _plain(cells.line(300)), "Ai không nên dùng, dùng thế nào cho an toàn.",
        "Không dùng cho trẻ dưới 12 tháng tuổi", 30, shared=True, can_be_empty=True, empty="", keeps_lines=True,
        aliases=("canh bao an toan", "luu y su dung"),
    ),
    Field(
        "alcohol", "Độ cồn (%)", _alcohol_shown, _plain(cells.alcohol), "Chỉ với rượu bia: 29,5.", "", 9, shared=True, can_be_empty=True,
        aliases=("do con", "nong do con"),
    ),
    Field(
        "origin", "Nơi làm ra (xã)", _origin_shown, _origin, "Xã, phường và tỉnh. Để trống là xã của bạn.", "", 28, shared=True,
        can_be_empty=True, aliases=("noi lam ra", "xuat xu", "noi san xuat", "xa"),
    ),
)  # fmt: skip
SKU = Column(
    "sku", "Mã (SKU)", str, ("ma", "sku", "ma san pham", "ma hang"), hint="Để trống là sản phẩm mới. Đừng sửa mã đã có."
)
MAIN = Column(
    "main", "Mã tin chính", str, ("ma tin chinh", "ma chinh", "sku cha"),
    hint="Mã của sản phẩm mà dòng này là một cỡ. Để trống là sản phẩm đứng riêng.",
)  # fmt: skip
STOCK = Column(
    "stock", "Số lượng", str, ("so luong", "ton kho", "so luong co san", "ton"),
    hint="Số đang có. Hàng bán sau khi lấy bảng được tự trừ.",
)  # fmt: skip
MOVE_SEEN = Column(
    "move_seen",
    "Mốc kho lúc xuất",
    str,
    ("moc kho luc xuat", "moc kho"),
    hint="Máy ghi để biết đã bán bao nhiêu từ khi lấy bảng. Đừng sửa.",
)
PICTURES = Column(
    "pictures", "Ảnh", str, ("anh", "hinh", "hinh anh", "ten tep anh", "anh san pham"), keeps_lines=True,
    hint="Tên tệp ảnh trong tệp zip gửi kèm, cách nhau bằng dấu chấm phẩy.",
)  # fmt: skip
STATE = Column("state", "Tình trạng", str, ("trang thai", "tinh trang ban"), hint="đang bán, tạm ngừng hoặc nháp.")
BY_NAME = {field.name: field for field in FIELDS}
COLUMNS: tuple[Column, ...] = (
    SKU, MAIN, *(BY_NAME[name].column() for name in ("variant_name", "name", "category", "description", "price", "unit", "net_weight", "net_volume")),
    STOCK, MOVE_SEEN,
    *(
        BY_NAME[name].column()
        for name in ("season_from", "season_to", "shelf_life_days", "ingredients", "storage_note", "warning", "alcohol", "origin")
    ),
    PICTURES, STATE,
)  # fmt: skip
WIDTHS = {
    "sku": 13, "main": 13, "stock": 10, "move_seen": 10, "pictures": 34, "state": 12,
    **{field.name: field.width for field in FIELDS},
}  # fmt: skip
