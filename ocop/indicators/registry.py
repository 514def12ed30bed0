"""The indicators: what is counted, out of what, in words that are printed with every number.

An indicator marks rows of its subject (products or households) as numerator, denominator or missing. Changing
what is counted means a new `version`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from ocop.certificates.queries import with_certificate_marks
from ocop.indicators.households import with_account_marks
from ocop.presence.queries import with_presence_marks
from ocop.register.models import OcopProduct
from onboarding.households.models import Household


class Side(StrEnum):
    """Where a row stands. `missing` rows are counted beside the rate, in neither of its two numbers."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    MISSING = "missing"


@dataclass(frozen=True)
class Subject:
    """What is counted: all rows marked for a day, and the fields by which they belong to an area.

    `former` turns the code of a province of before 1 July 2025 into a condition.
    """

    name: str
    marked: Callable[[date], QuerySet[Any]]
    unit_field: str
    former: Callable[[str], Q]


@dataclass(frozen=True)
class Indicator:
    """One indicator. The three conditions are over the marks of its subject; the numerator lies in the denominator."""

    code: str
    version: int
    name: str
    definition: str
    unit: str
    subject: Subject
    numerator: Q
    denominator: Q
    missing: Q
    target_percent: int | None

    def condition(self, side: Side) -> Q:
        """Which rows stand on a side."""
        return {
            Side.NUMERATOR: self.numerator,
            Side.DENOMINATOR: self.denominator,
            Side.MISSING: self.missing,
        }[side]


def _marked_products(on: date) -> QuerySet[OcopProduct]:
    return with_presence_marks(with_certificate_marks(OcopProduct.objects.all(), on), on)


PRODUCTS = Subject(
    "product",
    _marked_products,
    "unit",
    lambda code: Q(former_province__code=code, former_province__level="province"),
)
HOUSEHOLDS = Subject(
    "household",
    lambda on: with_account_marks(Household.objects.all(), on),
    "commune",
    lambda code: Q(
        commune__came_from__old__parent__parent__code=code,
        commune__came_from__old__parent__parent__level="province",
    ),
)

_CERTIFIED = (
    "Mẫu số: sản phẩm OCOP có giấy chứng nhận từ 3 sao, chắc chắn còn hạn trong ngày tính (36 tháng; chỉ biết "
    "năm thì tính từ ngày 1 tháng 1 năm đó; ngày hết hạn vẫn còn tính). Sản phẩm chưa rõ hạn hoặc chưa rõ số "
    "sao đếm riêng, không nằm trong tỷ lệ."
)
_SEEN = "được thấy đang bán trong 30 ngày đến ngày tính và sau đó chưa thấy mất"


def _products(code: str, name: str, where: str, numerator: Q) -> Indicator:
    return Indicator(
        code=code,
        version=1,
        name=name,
        definition=f"Tử số: sản phẩm trong mẫu số có tin {where} {_SEEN}. {_CERTIFIED}",
        unit="sản phẩm",
        subject=PRODUCTS,
        numerator=Q(is_certified=True) & numerator,
        denominator=Q(is_certified=True),
        missing=Q(is_unclear=True),
        target_percent=100,
    )


_SHARED = "Hộ ghi số điện thoại mà hơn ba hộ cùng dùng chỉ vào tử số sau khi xã đã xem."


def _households(code: str, name: str, counted: str, numerator: Q, target_percent: int | None) -> Indicator:
    return Indicator(
        code=code,
        # 1 counted an account for 180 days whatever was found there since; 2 also households that share a phone.
        version=3,
        name=name,
        definition=f"Tử số: {counted} {_SHARED} Mẫu số là số hộ đã đăng ký và còn sản xuất trong ngày tính, chưa chốt.",
        unit="hộ",
        subject=HOUSEHOLDS,
        numerator=Q(is_counted=True) & numerator,
        denominator=Q(is_counted=True),
        missing=Q(is_unclear=True),
        target_percent=target_percent,
    )


_VOSO, _POSTMART = Q(is_on_voso=True), Q(is_on_postmart=True)

INDICATORS = {
    indicator.code: indicator
    for indicator in (
        _products(
            "I2both",
            "Sản phẩm OCOP có trên cả VoSo và Postmart",
            "trên cả VoSo và Postmart",
            _VOSO & _POSTMART,
        ),
        _products("I2v", "Sản phẩm OCOP có trên VoSo", "trên VoSo", _VOSO),
        _products("I2p", "Sản phẩm OCOP có trên Postmart", "trên Postmart", _POSTMART),
        _products("I2any", "Sản phẩm OCOP có trên VoSo hoặc Postmart", "trên VoSo hoặc Postmart", _VOSO | _POSTMART),
        _households(
            "I1",
            "Hộ có gian hàng trên sàn đã được xác minh",
            "hộ có ít nhất một gian hàng chưa đóng trên sàn thương mại điện tử, được thấy trên sàn hoặc được sàn báo đã mở "
            "trong 180 ngày đến ngày tính, và sau đó chưa thấy mất.",
            Q(is_verified=True),
            80,
        ),
        _households(
            "I1a",
            "Hộ khai có gian hàng trên sàn",
            "hộ khai có ít nhất một gian hàng chưa đóng trên sàn thương mại điện tử, dù đã xác minh hay chưa. Gian hàng "
            "đã xem mà không thấy thì không tính.",
            Q(is_claimed=True),
            None,
        ),
    )
}
_BY_LOWER = {code.lower(): indicator for code, indicator in INDICATORS.items()}


def indicator_by_code(code: str) -> Indicator | None:
    """The indicator with this code in any case, or None."""
    return _BY_LOWER.get(code.lower())
