"""Looking at the payment code of a stall, and deciding about names that are nearly the holder's."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from core.kit import clock
from core.kit.text import squeeze
from core.kit.vietqr import NotPaymentCode, PaymentText, read_payment_text
from core.people.queries import Viewer
from onboarding.markets.actions.locking import MarketRefused, NotAllowed, lock_stall, note
from onboarding.markets.models import CodeCheck, NameDecision, PaymentCode, Stall
from onboarding.markets.queries.stalls import holder_on
from onboarding.markets.rules import can_decide_name, can_run_markets, name_match

MAX_NAME = 120


@dataclass(frozen=True)
class Found:
    """What somebody found at a stall: `text` of the code if one was read (`how` says by what), else `finding` (one of
    CodeCheck.Finding); `name_in_app` as a banking app showed it when it scanned the code, "" when nobody looked."""

    how: str
    text: str = ""
    finding: str = ""
    name_in_app: str = ""


@transaction.atomic
def check_code(*, stall: Stall, found: Found, by: Viewer) -> CodeCheck:
    """Write down what was found; earlier checks stay as they are. The name on the code is compared with the holder of today,
    else the name the banking app showed; without either nothing is guessed. Raises NotAllowed, MarketRefused."""
    stall = lock_stall(stall, by, to_check=True)
    if stall.valid_to is not None and stall.valid_to <= clock.today():
        raise MarketRefused("Sạp này đã thôi, không kiểm tra mã nữa.")
    how = CodeCheck.How(found.how)
    said, finding = _understood(found)
    holder = holder_on(stall, clock.today())
    code, name_from, match = None, "", CodeCheck.NameMatch.UNKNOWN
    if said is not None:
        in_app = squeeze(found.name_in_app)[:MAX_NAME]
        on_code = said.name[:MAX_NAME]
        # What the bank says of the account weighs more than what anybody printed into the code.
        name = in_app or on_code
        name_from = CodeCheck.NameFrom.APP if in_app else CodeCheck.NameFrom.CODE if on_code else ""
        match = name_match(name, holder.full_name) if holder is not None else CodeCheck.NameMatch.UNKNOWN
        code = PaymentCode(
            issuer=said.issuer,
            bank_bin=said.bank_bin,
            account=said.account,
            name_on_code=on_code,
            name_in_app=in_app,
        )
        code.save()
    check = CodeCheck(
        stall=stall,
        holder=holder,
        code=code,
        at=clock.now(),
        checked_by_id=by.user_id,
        how=how,
        finding=finding,
        crc_is_right=said is not None and said.crc_is_right,
        name_from=name_from,
        name_match=match,
    )
    check.save()
    note("stall.checked", f"stall:{stall.pk}", stall.market, by, {"mã nhận tiền": ("", str(finding.label))})
    return check


@transaction.atomic
def decide_name(*, check: CodeCheck, is_same: bool, by: Viewer) -> NameDecision:
    """Say whether a nearly equal name is the holder's; once, and not by the one who looked. Raises NotAllowed, MarketRefused."""
    market = check.stall.market
    if not can_decide_name(by, check):
        if by.user_id == check.checked_by_id and can_run_markets(by, market.commune):
            raise MarketRefused(
                "Tên gần giống phải do người khác với người kiểm tra quyết định. Hãy nhờ một cán bộ khác."
            )
        raise NotAllowed
    check = (
        CodeCheck.objects.select_for_update(no_key=True, of=("self",))
        .select_related("stall__market__commune")
        .get(pk=check.pk)
    )
    if check.name_match != CodeCheck.NameMatch.NEAR:
        raise MarketRefused("Lần kiểm tra này không có tên gần giống để quyết định.")
    if NameDecision.objects.filter(check_row=check).exists():
        raise MarketRefused("Tên này đã có người quyết định. Nếu sai, hãy kiểm tra lại mã.")
    decision = NameDecision(check_row=check, is_same=is_same, at=clock.now(), decided_by_id=by.user_id)
    decision.save()
    words = {"tên chủ tài khoản": ("gần giống", "đúng chủ sạp" if is_same else "người khác")}
    note("stall.name_decided", f"stall:{check.stall_id}", check.stall.market, by, words)
    return decision


def _understood(found: Found) -> tuple[PaymentText | None, CodeCheck.Finding]:
    if not found.text:
        if found.finding not in (CodeCheck.Finding.NONE, CodeCheck.Finding.UNREADABLE):
            raise MarketRefused("Hãy chụp ảnh mã, gõ chữ trong mã, hoặc chọn điều bạn thấy ở sạp.")
        return None, CodeCheck.Finding(found.finding)
    try:
        return read_payment_text(found.text), CodeCheck.Finding.READ
    except NotPaymentCode:
        return None, CodeCheck.Finding.OTHER
