"""What VNPAY sent to the operator's bank account, written down by a person from its report."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.kit.money import dong
from core.people.queries import Viewer
from market.ledger.accounts import BANK, GATEWAY
from market.ledger.actions import hold_account, write_entry
from market.ledger.queries import balances_of
from market.payouts.actions.shared import PayoutRefused, person
from market.payouts.models import GatewaySettlement


def record_settlement(*, amount: int, on: date, report_number: str, by: Viewer) -> GatewaySettlement:
    """`amount` đồng came to the bank on this day by VNPAY's report of this number, which counts once. Never more than the book
    says VNPAY still has. Raises PermissionError, PayoutRefused."""
    maker, report = person(by), report_number.strip()
    if not report:
        raise PayoutRefused("Hãy ghi số báo cáo của VNPAY.")
    if on > clock.today():
        raise PayoutRefused("Ngày này chưa đến.")
    try:
        with transaction.atomic():
            # Written first: two with one number wait for each other here, not at the balance.
            made = GatewaySettlement.objects.create(
                amount=amount, on=on, report_number=report, made_by_id=maker, made_at=clock.now()
            )
            hold_account(GATEWAY)
            with_vnpay = balances_of([GATEWAY])[GATEWAY]
            if amount > with_vnpay:
                raise PayoutRefused(
                    f"Theo sổ VNPAY chỉ đang giữ {dong(with_vnpay)}. Hãy đối chiếu báo cáo: có thể còn khoản chưa vào sổ."
                )
            write_entry(
                "settled", debit=BANK, credit=GATEWAY, amount=amount, subject=f"settlement:{made.pk}",
                key=f"settlement:{made.pk}", by=by,
            )  # fmt: skip
            _note("settlement.recorded", made, by, {"số tiền": ("", dong(amount)), "số báo cáo": ("", report)})
    except IntegrityError as error:
        raise PayoutRefused("Báo cáo số này đã được ghi.") from error
    return made


@transaction.atomic
def withdraw_settlement(*, settlement: GatewaySettlement, why: str, by: Viewer) -> GatewaySettlement:
    """It was written down wrongly: the book has it back with VNPAY, and its report may be written again. Raises PermissionError,
    PayoutRefused."""
    person(by)
    if not why.strip():
        raise PayoutRefused("Hãy ghi sai ở đâu.")
    standing = GatewaySettlement.objects.filter(pk=settlement.pk, withdrawn_at__isnull=True)
    if not standing.update(withdrawn_at=clock.now(), withdrawn_by_id=by.user_id, note=why.strip()):
        raise PayoutRefused("Dòng này đã được bỏ.")
    settlement.refresh_from_db()
    write_entry(
        "settled_back", debit=GATEWAY, credit=BANK, amount=settlement.amount, subject=f"settlement:{settlement.pk}",
        key=f"settled_back:{settlement.pk}", by=by,
    )  # fmt: skip
    _note("settlement.withdrawn", settlement, by, {"lý do": ("", why.strip())})
    return settlement


def _note(action: str, made: GatewaySettlement, by: Viewer, changes: dict[str, tuple[str, str]]) -> None:
    record(action, actor_id=by.user_id, object_label=f"settlement:{made.pk}", changes=changes)
