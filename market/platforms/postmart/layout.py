"""Our sheet for Postmart (postmart.vn, run by Vietnam Post; known later as buudien.vn).

Postmart publishes neither a seller API nor an upload template. This layout is ours: it holds what a person
needs to enter a product by hand, and the platform's real template may differ. When one becomes known it is
added as another version. A product page is `/p/<slug>-<number>.html`; that the pages under the later name
look the same is an assumption until a link shows otherwise.
"""

from __future__ import annotations

import re

from market.platforms.sheets.capabilities import sheet_capabilities
from market.platforms.sheets.layout import Column, ColumnKind, LinkRule, SheetLayout

LAYOUT = SheetLayout(
    key="postmart",
    platform_name="Postmart",
    version="postmart-1",
    columns=(
        Column("sku", "Mã hàng", 22),
        Column("title", "Tên hàng hoá", 44),
        Column("producer_name", "Đơn vị bán", 30),
        Column("origin", "Xuất xứ", 32),
        Column("category_code", "Nhóm hàng", 18),
        Column("description", "Mô tả chi tiết", 60, ColumnKind.LONG_TEXT),
        Column("unit", "Quy cách", 14),
        Column("net_weight_grams", "Khối lượng tịnh (gam)", 18, ColumnKind.NUMBER),
        Column("price", "Đơn giá (đồng)", 16, ColumnKind.NUMBER),
        Column("stock", "Số lượng có", 14, ColumnKind.NUMBER),
        Column("badges", "OCOP", 36, ColumnKind.LONG_TEXT),
        Column("badge_links", "Kiểm tra OCOP", 40, ColumnKind.LONG_TEXT),
        Column("photos", "Hình ảnh", 36, ColumnKind.LONG_TEXT),
    ),
    link_rule=LinkRule(
        hosts=("postmart.vn", "www.postmart.vn", "buudien.vn", "www.buudien.vn", "nongsan.buudien.vn"),
        path=re.compile(r"/p/[^\s?#/]+-(?P<id>[0-9]{1,15})\.html"),
        example="https://postmart.vn/p/mat-ong-12345.html",
    ),
    capabilities=sheet_capabilities("postmart-1"),
    guide=("Postmart chưa công bố mẫu tải lên: bảng này do Lên Sàn soạn để nhập tay hoặc chép sang mẫu của sàn.",),
)
