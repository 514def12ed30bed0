"""Where a field of the document is mended: its name as people know it, and its place on the page of the listing's form."""

from __future__ import annotations

FORM_FIELDS = {
    "title": ("Tên sản phẩm", "id_name"),
    "description": ("Mô tả", "id_description"),
    "category_code": ("Ngành hàng", "id_category"),
    "price": ("Giá bán", "id_price"),
    "unit": ("Đơn vị", "id_unit"),
    "net_weight_grams": ("Khối lượng tịnh", "id_net_weight"),
    "stock": ("Số lượng", "id_stock"),
    "photos": ("Ảnh", "anh"),
    "ingredients": ("Thành phần", "id_ingredients"),
    "warnings": ("Cảnh báo", "id_warning"),
    "shelf_life": ("Hạn dùng", "id_shelf_life_days"),
    "papers": ("Giấy tờ đi kèm", "id_papers"),
    "origin_commune": ("Nơi làm ra", "id_origin"),
    "origin_province": ("Nơi làm ra", "id_origin"),
    "producer_name": ("Người làm ra", "id_maker"),
}
