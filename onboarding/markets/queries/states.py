"""How stalls stand on a day, each in words, in a fixed number of queries however many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.kit import clock
from core.places.models import in_force
from onboarding.markets.models import CodeCheck, MonthUse, NameDecision, Stallholder
from onboarding.markets.queries.stalls import last_checks, right_checks, told_in
from onboarding.markets.rules import is_old


class Verdict(StrEnum):
    """How the payment code of a stall stands."""

    UNCHECKED = "unchecked"
    NONE = "none"
    UNREADABLE = "unreadable"
    OTHER_CODE = "other_code"
    BROKEN = "broken"
    NO_HOLDER = "no_holder"
    HOLDER_CHANGED = "holder_changed"
    UNNAMED = "unnamed"
    NEAR = "near"
    STRANGER = "stranger"
    SHARED = "shared"
    RIGHT = "right"


_WORDS = {
    Verdict.UNCHECKED: ("wait", "Chưa kiểm tra mã."),
    Verdict.NONE: ("bad", "Sạp không có mã."),
    Verdict.UNREADABLE: ("bad", "Có mã nhưng không đọc được. Hãy in mã khác."),
    Verdict.OTHER_CODE: ("bad", "Mã treo ở sạp không phải mã nhận tiền."),
    Verdict.BROKEN: ("bad", "Mã sai số kiểm tra: bị sửa hoặc in hỏng. Hãy in mã khác."),
    Verdict.NO_HOLDER: ("warn", "Chưa ghi chủ sạp nên chưa so được tên."),
    Verdict.HOLDER_CHANGED: ("warn", "Sạp đổi chủ sau lần kiểm tra. Hãy kiểm tra lại."),
    Verdict.UNNAMED: ("warn", "Mã đọc được, chưa biết tên chủ tài khoản."),
    Verdict.NEAR: ("warn", "Tên gần giống chủ sạp, chờ người thứ hai xem."),
    Verdict.STRANGER: ("bad", "Mã nhận tiền cho người khác."),
    Verdict.SHARED: ("bad", "Mã này cũng ở sạp của người khác."),
    Verdict.RIGHT: ("good", "Mã đúng, đúng tên chủ sạp."),
}


@dataclass(frozen=True)
class StallState:
    """A stall on a day. `shared_with` are the numbers of stalls of other people with the same code; `told` is what it told of the
    month of that day, `told_before` of the month before (None: nothing)."""

    holder: Stallholder | None
    check: CodeCheck | None
    decision: NameDecision | None
    verdict: Verdict
    told: MonthUse | None
    told_before: MonthUse | None
    shared_with: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The tone of the verdict."""
        return _WORDS[self.verdict][0]

    @property
    def words(self) -> str:
        """The verdict as a sentence."""
        if self.shared_with:
            return f"Mã này cũng ở sạp {', '.join(self.shared_with)} của người khác. Hãy xem lại cả hai sạp."
        return _WORDS[self.verdict][1]

    @property
    def checked_words(self) -> str:
        """ "kiểm tra 12/11/2026, máy đọc từ ảnh chụp"."""
        if self.check is None:
            return ""
        words = f"kiểm tra {clock.day_of(self.check.at):%d/%m/%Y}, {self.check.get_how_display()}"
        return words + ("; đã quá 180 ngày, nên kiểm tra lại" if is_old(self.check) else "")

    @property
    def use(self) -> MonthUse | None:
        """What is counted: what was told of this month, else of the month before."""
        return self.told or self.told_before

    @property
    def use_words(self) -> str:
        """ "có dùng, 12 lần, tháng 11/2026 (tự khai)"."""
        return use_words(self.use)


def use_words(told: MonthUse | None) -> str:
    """What a stall told of a month, always marked as its own word."""
    if told is None:
        return "chưa khai"
    often = f", {told.payments:,} lần".replace(",", ".").replace(". ", ", ") if told.payments else ""
    used = "có dùng" if told.did_use else "không dùng"
    return f"{used}{often}, tháng {told.month.month}/{told.month.year} (tự khai)"


def stall_states(stall_ids: Collection[int], on: date) -> dict[int, StallState]:
    """How these stalls stand on that day, by id, from what was known by its end. Six queries."""
    ids, month = list(stall_ids), on.replace(day=1)
    holders: dict[int, Stallholder] = {}
    for holder in Stallholder.objects.filter(in_force(on), stall__in=ids).order_by("valid_from", "pk"):
        holders[holder.stall_id] = holder
    checks = {
        each.stall_id: each for each in last_checks(on).filter(stall__in=ids).select_related("code", "checked_by")
    }
    decisions = {
        each.check_row_id: each
        for each in NameDecision.objects.filter(
            check_row__in=[check.pk for check in checks.values()], at__lt=clock.window(on).end
        )
    }
    told, told_before = told_in(ids, month, on), told_in(ids, clock.add_months(month, -1), on)
    shared = _shared(list(checks.values()), holders, on)
    found = {}
    for pk in ids:
        check = checks.get(pk)
        decision = decisions.get(check.pk) if check else None
        verdict = _verdict(check, decision, holders.get(pk))
        others = shared.get(pk, []) if verdict is Verdict.RIGHT else []
        found[pk] = StallState(
            holder=holders.get(pk),
            check=check,
            decision=decision,
            verdict=Verdict.SHARED if others else verdict,
            told=told.get(pk),
            told_before=told_before.get(pk),
            shared_with=others,
        )
    return found


def _verdict(check: CodeCheck | None, decision: NameDecision | None, holder: Stallholder | None) -> Verdict:
    if check is None:
        return Verdict.UNCHECKED
    by_finding = {
        CodeCheck.Finding.NONE: Verdict.NONE,
        CodeCheck.Finding.UNREADABLE: Verdict.UNREADABLE,
        CodeCheck.Finding.OTHER: Verdict.OTHER_CODE,
    }
    if check.finding in by_finding:
        return by_finding[CodeCheck.Finding(check.finding)]
    if not check.crc_is_right:
        return Verdict.BROKEN
    if holder is None:
        return Verdict.NO_HOLDER
    if check.holder_id != holder.pk:
        return Verdict.HOLDER_CHANGED
    return _named(CodeCheck.NameMatch(check.name_match), decision)


def _named(match: CodeCheck.NameMatch, decision: NameDecision | None) -> Verdict:
    if match is CodeCheck.NameMatch.NEAR and decision is not None:
        return Verdict.RIGHT if decision.is_same else Verdict.STRANGER
    return {
        CodeCheck.NameMatch.SAME: Verdict.RIGHT,
        CodeCheck.NameMatch.NEAR: Verdict.NEAR,
        CodeCheck.NameMatch.OTHER: Verdict.STRANGER,
        CodeCheck.NameMatch.UNKNOWN: Verdict.UNNAMED,
    }[match]


def _shared(checks: list[CodeCheck], holders: dict[int, Stallholder], on: date) -> dict[int, list[str]]:
    """Which other people's stalls have the same code, rightly as far as their names go."""
    indexes = {check.code.account_index for check in checks if check.code is not None}
    rows = right_checks(on).filter(code__account_index__in=indexes).select_related("code", "stall", "holder")
    by_code: defaultdict[tuple[str, str, str], list[CodeCheck]] = defaultdict(list)
    for row in rows.order_by("stall__number", "stall"):
        assert row.code is not None
        by_code[(row.code.issuer, row.code.bank_bin, row.code.account_index)].append(row)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for check in checks:
        holder = holders.get(check.stall_id)
        if check.code is None or holder is None:
            continue
        for other in by_code[(check.code.issuer, check.code.bank_bin, check.code.account_index)]:
            assert other.holder is not None
            if other.stall_id != check.stall_id and not _is_same_person(holder, other.holder):
                found[check.stall_id].append(other.stall.number)
    return dict(found)


def _is_same_person(one: Stallholder, other: Stallholder) -> bool:
    same_home = one.household_id is not None and one.household_id == other.household_id
    return same_home or (bool(one.phone_index) and one.phone_index == other.phone_index)
