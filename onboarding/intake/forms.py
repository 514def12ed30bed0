"""The forms of today: what a body says, parsed. A later version is another parser beside these (see the registry)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.kit import clock, phones
from core.kit.text import plain_text
from onboarding.consent.models import BASIS, Consent, LegalBasis
from onboarding.households.facts import FACTS, ProductionFacts
from onboarding.households.identity import NotAPersonalId, normalise_personal_id
from onboarding.households.models import PhoneOwner, Production, Sex
from onboarding.households.wording import fact_label
from onboarding.intake import reading
from onboarding.intake.reading import Body
from onboarding.intake.refusals import Invalid
from onboarding.visits.models import Topic

ASKED = frozenset(purpose.value for purpose, basis in BASIS.items() if basis == LegalBasis.CONSENT)
MEANS = frozenset(value for value in Consent.Means.values if value != Consent.Means.ONLINE)
_YES_NO = (
    "has_business_registration", "has_bank_account", "has_e_wallet", "has_e_identity", "has_payment_qr",
)  # fmt: skip
_MOST_M2, _MOST_HEADS = 1_000_000_000, 10_000_000
_LINE = frozenset({"kind", "goods", "area_m2", "heads", "season", "scale"})
_HOUSEHOLD = frozenset({"op", "facts", "was", "selling_name", "consents", "means", "notice", "accounts"})


@dataclass(frozen=True)
class AccountSaid:
    """A shop account the household says it has."""

    platform: str
    link: str = ""
    seller_id: str = ""


@dataclass(frozen=True)
class HouseholdSaid:
    """What a household form says. `facts` and `was` hold values as in HouseholdFacts, but the hamlet as its number;
    `was["phone"]` may be the last three digits only, which is all that devices are told."""

    facts: dict[str, Any]
    was: dict[str, Any] = field(default_factory=dict)
    selling_name: str = ""
    consents: dict[str, bool] = field(default_factory=dict)
    means: str = ""
    notice: int = 0
    accounts: tuple[AccountSaid, ...] = ()


@dataclass(frozen=True)
class VisitSaid:
    """A visit: at whose door (the household's record, or None), when by the device's clock, and what was taught."""

    household: uuid.UUID | None
    visited_at: datetime
    taught: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class SessionSaid:
    """A training session: when, what about, which households came and how many others."""

    held_at: datetime
    topics: tuple[str, ...]
    households: tuple[uuid.UUID, ...]
    others: int
    note: str


def household_1(body: Body) -> HouseholdSaid:
    """The body of household/1. Raises Invalid."""
    reading.only(body, _HOUSEHOLD)
    is_create = body.get("op") == "create"
    facts = _facts(reading.mapping(body, "facts", "thông tin hộ"))
    if is_create:
        _check_new(facts)
    consents = reading.mapping(body, "consents", "ý kiến đồng ý")
    reading.only(consents, ASKED)
    if not all(isinstance(given, bool) for given in consents.values()):
        raise Invalid("Mục «ý kiến đồng ý» phải là có hoặc không.")
    return HouseholdSaid(
        facts=facts,
        was={} if is_create else _facts(reading.mapping(body, "was", "thông tin trước đó"), of_device=True),
        selling_name=reading.text(body, "selling_name", "tên bán hàng", most=160),
        consents=consents,
        means=reading.choice(body, "means", "cách trả lời", MEANS, empty=not consents),
        notice=reading.needed_number(body, "notice", "lời đọc", most=10_000) if consents else 0,
        accounts=_accounts(body),
    )


def visit_1(body: Body) -> VisitSaid:
    """The body of visit/1. Raises Invalid."""
    reading.only(body, {"op", "household", "visited_at", "taught", "note"})
    household = body.get("household")
    return VisitSaid(
        household=reading.identity(household, "hộ") if household is not None else None,
        visited_at=reading.moment(body, "visited_at", "lúc đến"),
        taught=_topics(body, "taught"),
        note=_note(body),
    )


def session_1(body: Body) -> SessionSaid:
    """The body of session/1. Raises Invalid."""
    reading.only(body, {"op", "held_at", "topics", "households", "others", "note"})
    households = [reading.identity(each, "hộ dự") for each in reading.list_of(body, "households", "hộ dự", most=500)]
    return SessionSaid(
        held_at=reading.moment(body, "held_at", "lúc tập huấn"),
        topics=_topics(body, "topics"),
        households=tuple(dict.fromkeys(households)),
        others=reading.number(body, "others", "số người khác", least=0, most=1000) or 0,
        note=_note(body),
    )


def _facts(body: Body, *, of_device: bool = False) -> dict[str, Any]:
    reading.only(body, FACTS)
    found = {name: _READERS[name](body) for name in body if name != "phone"}
    if "phone" in body:
        found["phone"] = _phone(body, end_is_enough=of_device)
    return found


def _check_new(facts: dict[str, Any]) -> None:
    if not facts.get("head_name"):
        raise Invalid("Thiếu mục «Họ tên chủ hộ». Hãy ghi thêm.")
    owner = facts.setdefault("phone_owner", PhoneOwner.UNKNOWN.value)
    if owner == PhoneOwner.NONE:
        facts["phone"] = ""
    elif owner != PhoneOwner.UNKNOWN and not facts.get("phone"):
        raise Invalid("Thiếu số điện thoại. Hãy ghi số, hoặc chọn «không có điện thoại».")


def _phone(body: Body, *, end_is_enough: bool) -> str:
    written = reading.text(body, "phone", fact_label("phone"), most=20)
    if not written or (end_is_enough and re.fullmatch(r"\d{3}", written)):
        return written
    try:
        return phones.normalise(written)
    except phones.NotAPhone:
        raise Invalid("Số điện thoại này chưa đúng. Hãy ghi đủ 10 số, ví dụ 0912 345 678.") from None


def _personal_id(body: Body) -> str:
    written = reading.text(body, "personal_id", fact_label("personal_id"), most=20)
    try:
        return normalise_personal_id(written) if written else ""
    except NotAPersonalId as error:
        raise Invalid(str(error)) from None


def _digits(name: str, shape: str) -> Any:
    def read(body: Body) -> str:
        written = re.sub(r"[\s.\-]", "", reading.text(body, name, fact_label(name), most=40))
        if written and not re.fullmatch(shape, written):
            raise Invalid(f"Mục «{fact_label(name)}» chưa đúng. Hãy xem lại từng chữ số.")
        return written

    return read


def _birth_year(body: Body) -> int | None:
    return reading.number(body, "birth_year", fact_label("birth_year"), least=1900, most=clock.today().year)


def _production(body: Body) -> tuple[ProductionFacts, ...]:
    lines = [_line(each) for each in reading.list_of(body, "production", fact_label("production"), most=20)]
    if len({(line.kind, line.goods) for line in lines}) != len(lines):
        raise Invalid("Một nghề ghi hai lần. Hãy gộp thành một dòng.")
    return tuple(sorted(lines, key=lambda line: (line.kind, line.goods)))


def _line(body: Any) -> ProductionFacts:
    if not isinstance(body, dict):
        raise Invalid("Một dòng nghề không đọc được. Hãy cập nhật ứng dụng.")
    reading.only(body, _LINE)
    return ProductionFacts(
        kind=reading.choice(body, "kind", "nghề", Production.values),
        goods=reading.text(body, "goods", "sản phẩm", most=60),
        area_m2=reading.number(body, "area_m2", "diện tích", least=0, most=_MOST_M2),
        heads=reading.number(body, "heads", "số con", least=0, most=_MOST_HEADS),
        season=reading.text(body, "season", "mùa vụ", most=60),
        scale=reading.text(body, "scale", "quy mô", most=60),
    )


def _accounts(body: Body) -> tuple[AccountSaid, ...]:
    found = []
    for each in reading.list_of(body, "accounts", "gian hàng đã có", most=10):
        if not isinstance(each, dict):
            raise Invalid("Một gian hàng không đọc được. Hãy cập nhật ứng dụng.")
        reading.only(each, {"platform", "link", "seller_id"})
        found.append(
            AccountSaid(
                platform=reading.text(each, "platform", "sàn", most=30, least=1),
                link=reading.text(each, "link", "liên kết", most=1000),
                seller_id=reading.text(each, "seller_id", "mã người bán", most=80),
            )
        )
    return tuple(found)


def _topics(body: Body, name: str) -> tuple[str, ...]:
    listed = reading.list_of(body, name, "nội dung đã dạy", most=len(Topic.values))
    found = [reading.choice({"topic": each}, "topic", "nội dung đã dạy", Topic.values) for each in listed]
    return tuple(dict.fromkeys(found))


def _note(body: Mapping[str, Any]) -> str:
    value = body.get("note") or ""
    if not isinstance(value, str) or len(value) > 2000:
        raise Invalid("Mục «ghi chú» phải là chữ, không quá 2000 ký tự.")
    return plain_text(value, 2000)


def _yes_no(name: str) -> Any:
    return lambda body: reading.yes_no(body, name, fact_label(name))


_READERS: dict[str, Any] = {
    "head_name": lambda body: reading.text(body, "head_name", fact_label("head_name"), most=120, least=1),
    "hamlet": lambda body: reading.needed_number(body, "hamlet", fact_label("hamlet")),
    "phone_owner": lambda body: reading.choice(body, "phone_owner", fact_label("phone_owner"), PhoneOwner.values),
    "production": _production,
    "personal_id": _personal_id,
    "tax_code": _digits("tax_code", r"\d{10}|\d{12}|\d{13}"),
    "bank_bin": _digits("bank_bin", r"\d{6}"),
    "bank_account": _digits("bank_account", r"[0-9A-Za-z]{4,30}"),
    "sex": lambda body: reading.choice(body, "sex", fact_label("sex"), Sex.values, empty=True),
    "birth_year": _birth_year,
    **{name: _yes_no(name) for name in _YES_NO},
}
