"""What the rows of a platform's answer are held against: the lines they may mean, and whose seller ids and pages are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from core.imports.sheet.columns import Values
from core.kit import phones
from core.kit.encryption import blind_index_candidates
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.accounts.actions import LinkRefused, normalise_link
from onboarding.accounts.models import OutsideLink, PlatformAccount
from onboarding.opening.models import OpeningLine

State = OpeningLine.State


@dataclass
class OpeningDesk:
    """The lines that these rows may mean, and the seller ids and pages already taken."""

    viewer: Viewer
    by_number: dict[tuple[int, int], OpeningLine]
    by_phone: dict[str, list[OpeningLine]]
    sellers: dict[tuple[int, str], int]  # (platform, seller id) → producer
    pages: dict[tuple[int, str], int]  # (platform, address) → producer
    repeated: Counter[str] = field(default_factory=Counter)
    sha256: str = ""


def desk_for(unit: Unit, viewer: Viewer, rows: Sequence[Values]) -> OpeningDesk:
    """Three queries: the lines of the commune that these rows name, and whose the seller ids and pages are."""
    numbers = {row["batch"] for row in rows if row["batch"]}
    indexes = {
        index: row["phone"] for row in rows if row["phone"] for index in blind_index_candidates(row["phone"], "phone")
    }
    found = (
        OpeningLine.objects.filter(Q(batch__in=numbers) | Q(household__phone_index__in=indexes), batch__commune=unit)
        .select_related("batch", "platform", "household", "producer", "account")
        .order_by("pk")
    )
    desk = OpeningDesk(viewer, {}, {}, {}, {})
    for line in found:
        desk.by_number[line.batch_id, line.number] = line
        if line.household.phone:
            desk.by_phone.setdefault(line.household.phone, []).append(line)
    sellers = {row["seller_id"] for row in rows if row["seller_id"]}
    open_now = PlatformAccount.objects.filter(seller_id__in=sellers, closed_on=None)
    for platform_id, seller_id, producer_id in open_now.values_list("platform_id", "seller_id", "producer_id"):
        desk.sellers[platform_id, seller_id] = producer_id
    urls = {url for row in rows if row["link"] and (url := _normal(row["link"]))}
    links = OutsideLink.objects.filter(url__in=urls).values_list("platform_id", "url", "account__producer_id")
    desk.pages = {(platform_id, url): producer_id for platform_id, url, producer_id in links}
    desk.repeated = Counter(row["seller_id"] for row in rows if row["seller_id"])
    return desk


def line_of(values: Values, desk: OpeningDesk) -> tuple[OpeningLine | None, str]:
    """The line that a row means; else None and why, in a sentence."""
    phone = values["phone"]
    if values["batch"] and values["number"]:
        line = desk.by_number.get((values["batch"], values["number"]))
        if line is None:
            return (
                None,
                f"Xã không có lô {values['batch']}, số {values['number']}. Hãy giữ nguyên cột Lô và Số của bảng đã gửi.",
            )
        if phone and line.household.phone != phone:
            return (
                None,
                f"Số điện thoại không phải của hộ ở lô {values['batch']}, số {values['number']}. Hãy xem lại dòng này.",
            )
        return line, ""
    if not phone:
        return None, "Dòng này không có lô và số, cũng không có số điện thoại. Hãy ghi một trong hai."
    lines = [line for line in desk.by_phone.get(phone, []) if values["batch"] in {None, line.batch_id}]
    waiting = [line for line in lines if line.state == State.WAITING] or lines[-1:]
    if len(waiting) > 1:
        return None, "Số điện thoại này ở nhiều lô. Hãy ghi thêm cột Lô và Số."
    if not waiting:
        return None, f"Không lô nào của xã có số {phones.masked(phone)}. Hãy xem lại số điện thoại."
    return waiting[0], ""


def _normal(written: str) -> str:
    try:
        return normalise_link(written)
    except LinkRefused:
        return ""
