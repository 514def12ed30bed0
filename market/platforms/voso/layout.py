"""Our sheet for VoSo (voso.vn, run by Viettel Post).

VoSo publishes neither a seller API nor an upload template. This layout is ours: it holds what a person needs
to enter a product by hand, and the platform's real template may differ. When one becomes known it is added
as another version. The address of a product page ends in `-p<number>.html`.
"""

from __future__ import annotations

import re

from market.platforms.sheets.capabilities import sheet_capabilities
from market.platforms.sheets.layout import Column, ColumnKind, LinkRule, SheetLayout

LAYOUT = SheetLayout(
    key="voso",
    platform_name="VoSo",
    version="voso-1",
    columns=(
        Column("sku", "Mã sản phẩm (SKU)", 22),
        Column("title", "Tên sản phẩm", 44),
        Column("category_code", "Ngành hàng", 18),
        Column("price", "Giá bán (đồng)", 16, ColumnKind.NUMBER),
        Column("unit", "Đơn vị tính", 14),
        Column("net_weight_grams", "Khối lượng (gam)", 16, ColumnKind.NUMBER),
        Column("stock", "Số lượng", 12, ColumnKind.NUMBER),
        Column("description", "Mô tả", 60, ColumnKind.LONG_TEXT),
        Column("photos", "Ảnh sản phẩm", 36, ColumnKind.LONG_TEXT),
        Column("producer_name", "Nhà sản xuất", 30),
        Column("origin", "Nơi sản xuất", 32),
        Column("badges", "Chứng nhận OCOP", 36, ColumnKind.LONG_TEXT),
        Column("badge_links", "Trang kiểm tra chứng nhận", 40, ColumnKind.LONG_TEXT),
    ),
    link_rule=LinkRule(
        hosts=("voso.vn", "www.voso.vn"),
        path=re.compile(r"/[^\s?#]*-p(?P<id>[0-9]{1,15})\.html"),
        example="https://voso.vn/mat-ong-p12345.html",
    ),
    capabilities=sheet_capabilities("voso-1"),
    guide=("VoSo chưa công bố mẫu tải lên: bảng này do Lên Sàn soạn để nhập tay hoặc chép sang mẫu của sàn.",),
)
