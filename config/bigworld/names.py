"""Words that people and goods are called by, and names put together from them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from core.kit.text import fold_words

SURNAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Điểu", "Thị",
)  # fmt: skip
MIDDLE = (
    "Văn", "Thị", "Hữu", "Đức", "Minh", "Thanh", "Ngọc", "Công", "Đình", "Quốc", "Xuân", "Kim", "Thu", "Hồng", "Bảo", "Anh", "Gia", "Tấn", "Phước", "Mỹ",
)  # fmt: skip
GIVEN = (
    "An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Hải", "Hạnh", "Hiền", "Hòa", "Hùng", "Hương", "Khánh", "Lan", "Liên", "Linh", "Long", "Mai", "Nam", "Nga",
    "Nghĩa", "Nhung", "Oanh", "Phúc", "Phương", "Quang", "Quý", "Sơn", "Tâm", "Tân", "Thảo", "Thắng", "Thiện", "Thu", "Thúy", "Tiến", "Trang", "Trung",
    "Tuấn", "Tuyết", "Vân", "Việt", "Vinh", "Yến", "Út", "Tèo", "Bảy", "Sáu", "Tư", "Năm",
)  # fmt: skip
# Four of ten are Nguyễn, as everywhere; the rest grows rarer.
_WEIGHTS = (38, 12, 9, 7, 6, 5, 5, 4, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1)
HOW_MANY = 8_192


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as it is stored: whole, folded, and the two letters that a near key begins with."""

    whole: str
    folded: str
    letters: str
    sex: str


def people(seed: int) -> list[Name]:
    """So many names, the same for a seed."""
    luck, found = random.Random(seed), []
    for _ in range(HOW_MANY):
        family, middle, given = luck.choices(SURNAMES, _WEIGHTS)[0], luck.choice(MIDDLE), luck.choice(GIVEN)
        whole = f"{family} {middle} {given}"
        folded = fold_words(whole)
        words = folded.split()
        found.append(Name(whole, folded, words[0][0] + words[-1][0], "female" if middle == "Thị" else "male"))
    return found


THINGS = (
    "Hạt điều", "Nước mắm", "Mật ong", "Cà phê", "Thanh long", "Yến sào", "Rong nho", "Sầu riêng", "Bưởi da xanh", "Hạt tiêu", "Gạo ST25", "Mắc ca", "Ca cao",
    "Sô cô la", "Trà atiso", "Đông trùng hạ thảo", "Nấm hương", "Khoai lang", "Bánh tráng", "Rượu vang", "Dầu mè", "Bơ đậu phộng", "Dưa lưới", "Chuối", "Xoài",
    "Mít", "Dứa", "Dừa", "Mực một nắng", "Cá cơm", "Mắm nêm", "Mắm ruốc", "Tương ớt", "Tinh bột nghệ", "Trứng gà", "Chả lụa", "Hủ tiếu", "Phở", "Bột rau má", "Tỏi",
)  # fmt: skip
WAYS = ("rang muối", "sấy dẻo", "sấy giòn", "nguyên chất", "tươi", "rừng", "hữu cơ", "truyền thống", "loại một", "đóng hộp", "ngâm đường", "không đường", "xay bột", "nguyên hạt")  # fmt: skip
BRANDS = ("Hà Mỵ", "Bà Hai", "Cá Đen", "Lộc Phát", "Đức Linh", "Cầu Đất", "Bechamp", "Hòa Lệ", "Minh Huyền", "Thiên Phú", "Tây Nguyên", "Phú Thịnh", "Ngọc Duy", "Xuân Nguyên")  # fmt: skip
MAKERS = ("HTX nông nghiệp", "Công ty TNHH", "Hộ kinh doanh", "Cơ sở")


def goods_name(number: int) -> str:
    """ "Mật ong rừng Bà Hai": the name of goods with this number."""
    return f"{THINGS[number * 13 % len(THINGS)]} {WAYS[number * 5 % len(WAYS)]} {BRANDS[number // 7 % len(BRANDS)]}"


def maker_name(number: int) -> str:
    """ "HTX nông nghiệp Lộc Phát 12"."""
    return f"{MAKERS[number % len(MAKERS)]} {BRANDS[number // 7 % len(BRANDS)]} {number}"
