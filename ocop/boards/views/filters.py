"""The words of the product list's filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ocop.boards.queries import FILTERS
from ocop.register.reference import lines


def filters_chosen(asked: Mapping[str, str]) -> dict[str, str]:
    """Those filters of the address that exist."""
    return {name: asked[name] for name, values in FILTERS.items() if asked.get(name) in values}


def filter_groups(chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The groups of `parts/filter_bar.html`."""
    words = {
        "han": (
            _("Giấy chứng nhận"),
            {
                "con": _("Từ 3 sao, còn hạn"),
                "chua-ro": _("Chưa rõ hạn hoặc số sao"),
                "het": _("Không còn hạn"),
                "vua-het": _("Hết hạn trong 365 ngày qua"),
            },
        ),
        "san": (
            _("Trên sàn"),
            {
                "ca-hai": _("Cả VoSo và Postmart"),
                "voso": _("VoSo"),
                "postmart": _("Postmart"),
                "chua": _("Chưa có trên cả hai"),
            },
        ),
        "nganh": (
            _("Ngành theo 26/2026"),
            {str(line.number): line.name for line in lines() if line.level == "sector"} | {"chua": _("Chưa chọn bộ")},
        ),
        "gan": (_("Tin sản phẩm"), {"roi": _("Đã gắn với tin"), "chua": _("Chưa gắn với tin nào")}),
    }
    return [
        {
            "label": label,
            "name": name,
            "single": True,
            "options": [
                {"value": "", "label": _("Tất cả"), "checked": name not in chosen},
                *(
                    {"value": value, "label": text, "checked": chosen.get(name) == value}
                    for value, text in options.items()
                ),
            ],
        }
        for name, (label, options) in words.items()
    ]
