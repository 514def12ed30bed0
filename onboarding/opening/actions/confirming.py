"""The second person behind a platform's result file."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.actions import report_account
from onboarding.accounts.models import AccountReport, PlatformAccount
from onboarding.accounts.queries import state_of_account
from onboarding.accounts.rules import State
from onboarding.opening.models import OpeningBatch
from onboarding.opening.queries.confirming import reports_to_confirm
from onboarding.opening.rules import READERS, can_confirm


class ConfirmRefused(Exception):
    """There is nothing this person can confirm; the message is for people."""


@transaction.atomic
def confirm_results(*, batch: OpeningBatch, sha256: str, by: Viewer) -> int:
    """Another officer has compared the file with this SHA-256 with what the platform sent: its accounts count from now,
    each with a report that says who and when. Returns how many. An account that was found gone, closed or taken back
    since is left out. Raises PermissionError, ConfirmRefused."""
    batch = OpeningBatch.objects.select_for_update(of=("self",)).select_related("commune", "platform").get(pk=batch.pk)
    if by.user_id is None or not by.covers(batch.commune, *READERS):
        raise PermissionError
    waiting = reports_to_confirm(OpeningBatch.objects.filter(pk=batch.pk)).filter(source_sha256=sha256)
    reports = [each for each in waiting if can_confirm(by, batch.commune, each.reported_by_id)]
    if not reports and waiting:
        raise ConfirmRefused("Bạn đã nhập tệp này nên không tự xác nhận được. Hãy nhờ cán bộ khác.")
    accounts = PlatformAccount.objects.select_for_update(of=("self",)).select_related("platform", "producer__commune")
    count = 0
    for account in accounts.filter(pk__in={each.account_id for each in reports}).order_by("pk"):
        if state_of_account(account, clock.today()) == State.CLAIMED:
            report_account(
                account=account,
                result=AccountReport.Result.OPENED,
                reporter=AccountReport.Reporter.PLATFORM,
                source_sha256=sha256,
                reason="Người thứ hai đã đối chiếu tệp kết quả.",
                by=by,
            )
            count += 1
    if not count:
        raise ConfirmRefused("Không còn kết quả nào của tệp này chờ xác nhận. Hãy tải lại trang.")
    record(
        "opening.results_confirmed",
        actor_id=by.user_id,
        object_label=f"opening_batch:{batch.pk}",
        unit_code=batch.commune.code,
        changes={"mã tệp": ("", sha256), "số hộ": ("", str(count))},
    )
    return count
