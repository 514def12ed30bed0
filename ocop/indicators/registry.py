"""The indicators: what is counted, out of what, in words that are printed with every number.

An indicator marks rows of its subject (products, households, hamlets or market stalls) as numerator, denominator or missing. Changing
what is counted means a new `version`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from core.places.models import Hamlet, in_force
from core.places.queries import former_provinces
from ocop.certificates.queries import with_certificate_marks
from ocop.indicators.households import counted_households, with_account_marks
from ocop.indicators.marks import Marked
from ocop.presence.queries import with_presence_marks
from ocop.register.models import OcopProduct
from onboarding.households.models import Household
from onboarding.markets.models import Stall
from onboarding.markets.queries.stalls import stalls_in_force, with_stall_marks
from onboarding.visits.queries import with_team_marks


class Side(StrEnum):
    """Where a row stands. `missing` rows are counted beside the rate, in neither of its two numbers."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    MISSING = "missing"


class Beside(StrEnum):
    """Parts of a rate that are shown beside it as a rate of their own."""

    EXTENDED = "ext"
    SERVICE = "svc"


@dataclass(frozen=True)
class Subject:
    """What is counted: all rows marked for a day, and the fields by which they belong to an area.

    `counted` are the same rows in an area (a condition over them), ready to be counted at once. `former` turns the code of a
    province of before 1 July 2025 into a condition.
    """

    name: str
    marked: Callable[[date], QuerySet[Any]]
    counted: Callable[[date, Q], Marked]
    unit_field: str
    former: Callable[[str], Q]


@dataclass(frozen=True)
class Indicator:
    """One indicator. The conditions are over the marks of its subject, true or false; the numerator lies in the denominator.

    `beside` are parts of the denominator, counted as rates of their own. `target_percent` is what the national plans ask of
    everybody; areas may have targets of their own (`targets.py`).
    """

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
    beside: Mapping[Beside, Q] = field(default_factory=dict)

    def condition(self, side: Side) -> Q:
        """Which rows stand on a side."""
        return {
            Side.NUMERATOR: self.numerator,
            Side.DENOMINATOR: self.denominator,
            Side.MISSING: self.missing,
        }[side]


def _marked_products(on: date) -> QuerySet[OcopProduct]:
    products = OcopProduct.objects.annotate(is_service=Coalesce("product_set__is_service", False))
    return with_presence_marks(with_certificate_marks(products, on), on)


def _marked_hamlets(on: date) -> QuerySet[Hamlet]:
    return with_team_marks(Hamlet.objects.filter(in_force(on)).annotate(is_there=Value(True)), on)


def _marked_stalls(on: date) -> QuerySet[Stall]:
    return with_stall_marks(stalls_in_force(on).annotate(is_there=Value(True)), on)


def former_communes(code: str) -> list[int]:
    """The ids of the communes that lay wholly in a province of before 1 July 2025."""
    return [pk for pk, former in former_provinces().items() if former == code]


def _in_former(code: str) -> Q:
    return Q(commune__in=former_communes(code))


PRODUCTS = Subject(
    "product",
    _marked_products,
    lambda on, area: Marked(_marked_products(on).filter(area)),
    "unit",
    lambda code: Q(former_province__code=code, former_province__level="province"),
)
HOUSEHOLDS = Subject(
    "household",
    lambda on: with_account_marks(Household.objects.all(), on),
    counted_households,
    "commune",
    _in_former,
)
HAMLETS = Subject(
    "hamlet",
    _marked_hamlets,
    lambda on, area: Marked(_marked_hamlets(on).filter(area)),
    "commune",
    _in_former,
)
STALLS = Subject(
    "stall",
    _marked_stalls,
    lambda on, area: Marked(_marked_stalls(on).filter(area)),
    "market__commune",
    lambda code: Q(market__commune__in=former_communes(code)),
)
SUBJECTS = {subject.name: subject for subject in (PRODUCTS, HOUSEHOLDS, HAMLETS, STALLS)}

_CERTIFIED = (
    "Mẫu số: sản phẩm OCOP có giấy chứng nhận từ 3 sao, chắc chắn còn hạn trong ngày tính (36 tháng; chỉ biết "
    "năm thì tính từ ngày 1 tháng 1 năm đó; ngày hết hạn vẫn còn tính; giấy được gia hạn khi hồ sơ đánh giá lại chưa xong "
    "vẫn tính và ghi riêng). Giấy hết hạn ra khỏi cả tử số và mẫu số. Sản phẩm chưa rõ hạn hoặc chưa rõ số "
    "sao đếm riêng, không nằm trong tỷ lệ. Một tin chỉ tính cho một sản phẩm, một sản phẩm chỉ tính một lần. Dịch vụ được ghi "
    "riêng cạnh tỷ lệ."
)
_SEEN = "được thấy đang bán trong 30 ngày đến ngày tính và sau đó chưa thấy mất"


def _products(code: str, name: str, where: str, numerator: Q, target_percent: int | None = 100) -> Indicator:
    return Indicator(
        code=code,
        # 1 left extended papers out, and counted papers that only the producer vouches for.
        version=2 if target_percent else 1,
        name=name,
        definition=f"Tử số: sản phẩm trong mẫu số có tin {where} {_SEEN}. {_CERTIFIED}",
        unit="sản phẩm",
        subject=PRODUCTS,
        numerator=Q(is_certified=True) & numerator,
        denominator=Q(is_certified=True),
        missing=Q(is_unclear=True),
        target_percent=target_percent,
        beside={Beside.EXTENDED: Q(is_extended=True), Beside.SERVICE: Q(is_service=True)},
    )


_SHARED = "Hộ ghi số điện thoại mà hơn ba hộ cùng dùng chỉ vào tử số sau khi xã đã xem."
_FRAMED = (
    "Mẫu số: hộ trong mẫu số của xã, đã được hai người lập và ký cho năm của ngày tính; hộ thôi sản xuất, chuyển đi hoặc được "
    "gộp sau khi ký vẫn ở trong mẫu số và không vào tử số. Hộ ở xã chưa chốt mẫu số đếm riêng, không nằm trong tỷ lệ."
)


def _households(
    code: str, name: str, counted: str, numerator: Q, *, version: int = 1, target_percent: int | None = None
) -> Indicator:
    return Indicator(
        code=code,
        version=version,
        name=name,
        definition=f"Tử số: {counted} {_SHARED} {_FRAMED}",
        unit="hộ",
        subject=HOUSEHOLDS,
        numerator=Q(is_framed=True) & numerator,
        denominator=Q(is_framed=True),
        missing=Q(is_unframed=True),
        target_percent=target_percent,
    )


def _hamlets(code: str, name: str, counted: str, numerator: Q) -> Indicator:
    return Indicator(
        code=code,
        version=1,
        name=name,
        definition=f"Tử số: {counted} Mẫu số: thôn, ấp, khu phố có tên trong sổ và đang có hiệu lực trong ngày tính.",
        unit="ấp, thôn",
        subject=HAMLETS,
        numerator=numerator,
        denominator=Q(is_there=True),
        missing=Q(is_there=False),
        target_percent=None,
    )


def _stalls(code: str, name: str, counted: str, numerator: Q) -> Indicator:
    return Indicator(
        code=code,
        version=1,
        name=name,
        definition=f"Tử số: {counted} Mẫu số: sạp có tên trong sổ chợ 4.0, sạp và chợ đang có hiệu lực trong ngày tính, dù đã kiểm "
        "tra, đã khai hay chưa. Sạp và chợ đã thôi ra khỏi cả tử số và mẫu số.",
        unit="sạp",
        subject=STALLS,
        numerator=numerator,
        denominator=Q(is_there=True),
        missing=Q(is_there=False),
        target_percent=None,
    )


_VOSO, _POSTMART = Q(is_on_voso=True), Q(is_on_postmart=True)
_OPEN = "gian hàng chưa đóng trên sàn thương mại điện tử"

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
        _products(
            "I2o",
            "Sản phẩm OCOP có trên sàn khác",
            "trên một sàn khác ngoài VoSo và Postmart (để biết thêm, không tính vào mục tiêu)",
            Q(is_on_other=True),
            None,
        ),
        _households(
            "I1",
            "Hộ có gian hàng trên sàn đã được xác minh",
            f"hộ có ít nhất một {_OPEN}, được thấy trên sàn hoặc được sàn báo đã mở "
            "trong 180 ngày đến ngày tính, và sau đó chưa thấy mất.",
            Q(is_verified=True),
            # 1 counted an account for 180 days whatever was found there since, 2 also households that share a phone, 3 all
            # registered households as denominator.
            version=4,
            target_percent=80,
        ),
        _households(
            "I1a",
            "Hộ khai có gian hàng trên sàn",
            f"hộ khai có ít nhất một {_OPEN}, dù đã xác minh hay chưa. Gian hàng đã xem mà không thấy thì không tính.",
            Q(is_claimed=True),
            version=4,
        ),
        _households(
            "I1b",
            "Hộ có hàng thật trên sàn",
            f"hộ có ít nhất một {_OPEN}, đã xác minh, và một trang hàng ở đó được thấy đang bán trong 90 ngày đến ngày tính, sau "
            "đó chưa thấy mất.",
            Q(is_selling=True),
        ),
        _households(
            "I1c",
            "Hộ hoạt động trên sàn trong 90 ngày",
            f"hộ có ít nhất một {_OPEN} và trong 90 ngày đến ngày tính có ghi nhận đưa sản phẩm lên, tìm sản phẩm, trao đổi thông "
            "tin hoặc có đơn hàng, ghi rõ ai báo (sàn, người bán, tổ công nghệ số). Ghi sau ngày tính thì không tính.",
            Q(is_active=True),
        ),
        _households(
            "I1d",
            "Hộ có đơn hàng trên sàn trong 90 ngày",
            f"hộ có ít nhất một {_OPEN} và ít nhất một đơn hàng trong 90 ngày đến ngày tính theo báo cáo của sàn hoặc lời khai của "
            "người bán, ghi rõ ai báo.",
            Q(is_trading=True),
        ),
        _hamlets(
            "I3",
            "Ấp, thôn có tổ công nghệ số",
            "thôn, ấp, khu phố được một tổ công nghệ số cộng đồng đang có hiệu lực phụ trách.",
            Q(has_team=True),
        ),
        _hamlets(
            "I3a",
            "Ấp, thôn có tổ công nghệ số hoạt động",
            "thôn, ấp, khu phố có tổ phụ trách đã đến nhà hoặc mở lớp ít nhất một lần trong 30 ngày đến ngày tính.",
            Q(has_active_team=True),
        ),
        _stalls(
            "I4",
            "Sạp chợ 4.0 có mã nhận tiền đúng chủ",
            "sạp mà lần kiểm tra cuối đến hết ngày tính đọc được mã nhận tiền, số kiểm tra của mã đúng, và tên chủ tài khoản là tên người "
            "đang giữ sạp trong ngày tính (tên gần giống chỉ tính khi người thứ hai đã xem là một người). Một mã ở sạp của hai người thì "
            "không sạp nào tính; một người (cùng hộ, hoặc cùng số điện thoại) được dùng một mã cho nhiều sạp.",
            Q(has_right_code=True),
        ),
        _stalls(
            "I4a",
            "Sạp chợ 4.0 dùng mã trong tháng (tự khai)",
            "sạp khai có nhận tiền bằng mã trong tháng của ngày tính; tháng đó chưa khai thì theo tháng liền trước. Đây là lời khai của chủ "
            "sạp hoặc ban quản lý chợ, không kiểm chứng. Ghi sau ngày tính thì không tính.",
            Q(is_used=True),
        ),
    )
}
_BY_LOWER = {code.lower(): indicator for code, indicator in INDICATORS.items()}


def indicator_by_code(code: str) -> Indicator | None:
    """The indicator with this code in any case, or None."""
    return _BY_LOWER.get(code.lower())
