"""The facts of a household in words: labels, and values as a sentence shows them."""

from __future__ import annotations

import functools
from typing import Any

from onboarding.households.facts import ProductionFacts
from onboarding.households.models import PhoneOwner, Production, Sex

_LABELS = {
    "head_name": "Họ tên chủ hộ",
    "hamlet": "Thôn, ấp, khu phố",
    "phone": "Số điện thoại",
    "phone_owner": "Điện thoại của ai",
    "production": "Nghề và quy mô",
    "has_business_registration": "Đăng ký kinh doanh",
    "personal_id": "Số định danh cá nhân",
    "tax_code": "Mã số thuế",
    "bank_bin": "Ngân hàng",
    "bank_account": "Số tài khoản ngân hàng",
    "sex": "Giới tính",
    "birth_year": "Năm sinh",
    "has_bank_account": "Có tài khoản ngân hàng",
    "has_e_wallet": "Có ví điện tử",
    "has_e_identity": "Có định danh điện tử mức 2",
    "has_payment_qr": "Có mã QR nhận tiền",
}


_CHOICES = {"phone_owner": dict(PhoneOwner.choices), "sex": dict(Sex.choices)}


def fact_label(name: str) -> str:
    """ "Họ tên chủ hộ" of "head_name"."""
    return _LABELS[name]


def fact_words(name: str, value: Any) -> str:
    """A value as people read it; "" when there is none. Not for the hidden facts."""
    if value is None or value == "" or value == ():
        return ""
    if name == "production":
        return "; ".join(production_words(line) for line in value)
    if isinstance(value, bool):
        return "có" if value else "không"
    if name in _CHOICES:
        return _CHOICES[name][value]
    return str(value)


@functools.lru_cache(maxsize=2_000)
def production_words(line: ProductionFacts) -> str:
    """ "điều, 1,5 ha, vụ tháng 2–4"."""
    parts = [line.goods or str(Production(line.kind).label)]
    if line.area_m2 is not None:
        parts.append(area_words(line.area_m2))
    if line.heads is not None:
        parts.append(f"{line.heads:,} con".replace(",", "."))
    parts += [part for part in (line.scale, line.season) if part]
    return ", ".join(parts)


def area_words(area_m2: int) -> str:
    """ "1,5 ha" from half a hectare on, "800 m²" below."""
    if area_m2 >= 5_000:
        return f"{area_m2 / 10_000:.2f}".rstrip("0").rstrip(".").replace(".", ",") + " ha"
    return f"{area_m2:,} m²".replace(",", ".")
