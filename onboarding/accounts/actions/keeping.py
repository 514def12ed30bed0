"""What is said about an account after it was claimed; closing it and opening it again."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.actions.claiming import MAX_LINK, normalise_link, refuse_taken
from onboarding.accounts.actions.refusals import AccountRefused, LinkRefused
from onboarding.accounts.actions.trail import note
from onboarding.accounts.models import AccountReport, PlatformAccount
from onboarding.accounts.rules import can_keep_account

_ANOTHER_OPEN = "Chủ thể này đã có gian hàng khác đang mở trên sàn. Hãy đóng gian hàng đó trước."


@transaction.atomic
def report_account(
    *,
    account: PlatformAccount,
    result: str,
    reporter: str,
    by: Viewer,
    reason: str = "",
    source_sha256: str = "",
    evidence_url: str = "",
) -> AccountReport:
    """Add what a platform (in a file with this SHA-256) or a person (who saw it at this address) said about an account.
    See `rules.state_on` for what it does to the state."""
    said = AccountReport.objects.create(
        account=account,
        at=clock.now(),
        reporter=reporter,
        reported_by_id=by.user_id,
        result=result,
        reason=reason[:300],
        source_sha256=source_sha256,
        evidence_url=evidence_url,
    )
    words = f"{said.get_reporter_display()}: {said.get_result_display()}"
    note("platform_account.reported", account, by, {"điều được báo": ("", f"{words}. {reason}".strip(". ") + ".")})
    return said


@transaction.atomic
def close_account(
    *, account: PlatformAccount, on: date, reason: str, by: Viewer, evidence_url: str = ""
) -> PlatformAccount:
    """From `on` (today or earlier) the account is closed, for a reason people can read, as is seen at `evidence_url` (http
    or https; "": nothing to see). Raises PermissionError, and AccountRefused with what to do; an account that is closed
    already stays as it is."""
    account = _locked(account.pk)
    if not can_keep_account(by, account.producer):
        raise PermissionError
    if account.closed_on is not None:
        return account
    if not reason.strip():
        raise AccountRefused("Hãy ghi lý do đóng gian hàng.")
    if on > clock.today() or (account.opened_on is not None and on < account.opened_on):
        raise AccountRefused("Ngày đóng phải từ ngày mở đến hôm nay. Hãy chọn lại.")
    _check_evidence(evidence_url)
    report_account(
        account=account,
        result=AccountReport.Result.CLOSED,
        reporter=AccountReport.Reporter.PERSON,
        reason=reason.strip(),
        evidence_url=evidence_url,
        by=by,
    )
    account.closed_on = on
    account.save(update_fields=["closed_on"])
    note("platform_account.closed", account, by, _why(reason, evidence_url) | {"ngày đóng": ("", f"{on:%d/%m/%Y}")})
    return account


@transaction.atomic
def reopen_account(*, account: PlatformAccount, reason: str, by: Viewer, evidence_url: str = "") -> PlatformAccount:
    """The account is open again, as somebody says: claimed, until it is seen or named by the platform. The days in
    between stay closed. `reason` and `evidence_url` as when closing. Raises PermissionError, AccountRefused."""
    account = _locked(account.pk)
    if not can_keep_account(by, account.producer):
        raise PermissionError
    before = account.closed_on
    last = account.reports.order_by("-at", "-pk").values_list("result", flat=True).first()
    if before is None and last != AccountReport.Result.CLOSED:
        return account
    if not reason.strip():
        raise AccountRefused("Hãy ghi lý do mở lại gian hàng.")
    _check_evidence(evidence_url)
    same = PlatformAccount.objects.filter(platform=account.platform_id, producer=account.producer_id, closed_on=None)
    if same.exclude(pk=account.pk).exists():
        raise AccountRefused(_ANOTHER_OPEN)
    if account.seller_id:
        refuse_taken(account, account.seller_id)
    account.closed_on = None
    try:
        with transaction.atomic():
            account.save(update_fields=["closed_on"])
    except IntegrityError as error:  # somebody claimed one at the same moment
        raise AccountRefused(_ANOTHER_OPEN) from error
    report_account(
        account=account,
        result=AccountReport.Result.OPENED,
        reporter=AccountReport.Reporter.PERSON,
        reason=reason.strip(),
        evidence_url=evidence_url,
        by=by,
    )
    closed = {"ngày đóng": (f"{before:%d/%m/%Y}" if before else "", "")}
    note("platform_account.reopened", account, by, _why(reason, evidence_url) | closed)
    return account


def _locked(pk: int) -> PlatformAccount:
    rows = PlatformAccount.objects.select_for_update(of=("self",)).select_related("platform", "producer__commune")
    return rows.get(pk=pk)


def _check_evidence(url: str) -> None:
    if not url:
        return
    try:
        normalise_link(url)
    except LinkRefused as refusal:
        raise AccountRefused("Liên kết bằng chứng chưa đúng. Hãy mở trang đó rồi chép lại.") from refusal
    if len(url) > MAX_LINK:
        raise AccountRefused("Liên kết bằng chứng quá dài. Hãy chép liên kết ngắn hơn.")


def _why(reason: str, evidence_url: str) -> dict[str, tuple[str, str]]:
    said = {"lý do": ("", reason.strip())}
    return said | {"bằng chứng": ("", evidence_url)} if evidence_url else said
