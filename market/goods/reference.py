"""Our list of goods: the product sets of Decision 26/2026/QĐ-TTg, in words that sellers use."""

from __future__ import annotations

from market.goods.models import Category

_SECTORS: dict[str, tuple[tuple[str, str], ...]] = {
    "Thực phẩm": (
        ("rau-cu-qua", "Rau, củ, quả, hạt tươi"),
        ("thit-thuy-san-tuoi", "Thịt, thủy sản, trứng, sữa tươi"),
        ("gao-ngu-coc", "Gạo, ngũ cốc, hạt sơ chế"),
        ("mat-ong", "Mật ong và nông sản thô khác"),
        ("do-an-nhanh", "Đồ ăn nhanh"),
        ("che-bien-gao", "Chế biến từ gạo, ngũ cốc"),
        ("che-bien-rau-qua", "Chế biến từ rau, củ, quả, hạt"),
        ("che-bien-thit-ca", "Chế biến từ thịt, trứng, sữa, thủy sản"),
        ("nuoc-mam-tuong", "Nước mắm, tương, gia vị dạng lỏng"),
        ("gia-vi", "Gia vị khác"),
        ("tra", "Trà (chè)"),
        ("tra-thao-moc", "Trà từ cây khác"),
        ("ca-phe-ca-cao", "Cà phê, ca cao"),
    ),
    "Đồ uống": (
        ("ruou", "Rượu trắng"),
        ("do-uong-co-con", "Đồ uống có cồn khác"),
        ("nuoc-uong", "Nước uống đóng chai"),
        ("do-uong", "Đồ uống không cồn"),
    ),
    "Dược liệu": (
        ("thao-duoc", "Thực phẩm chức năng, thuốc từ dược liệu"),
        ("my-pham", "Mỹ phẩm từ dược liệu"),
        ("tinh-dau", "Tinh dầu và dược liệu khác"),
    ),
    "Thủ công mỹ nghệ": (("do-thu-cong", "Đồ gia dụng, trang trí thủ công"), ("vai-may-mac", "Vải, may mặc")),
    "Sinh vật cảnh": (("hoa", "Hoa"), ("cay-canh", "Cây cảnh"), ("dong-vat-canh", "Động vật cảnh")),
    "Du lịch": (("du-lich", "Du lịch cộng đồng, sinh thái"),),
}


def load_categories() -> None:
    """Bring the categories to the state of this file; codes never change their meaning."""
    position = 0
    for sector, sets in _SECTORS.items():
        for code, name in sets:
            position += 1
            Category.objects.update_or_create(
                code=code, defaults={"name": name, "sector": sector, "position": position}
            )
