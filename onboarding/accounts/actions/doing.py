"""Writing down what is done with an account: goods shown, goods looked for, information exchanged, orders."""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction

from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from onboarding.accounts.actions.refusals import AccountRefused
from onboarding.accounts.actions.trail import note
from onboarding.accounts.models import AccountActivity, PlatformAccount
from onboarding.accounts.rules import FIRST_ACTIVITY, can_record_activity

MAX_NOTE = 200


@transaction.atomic
def record_activity(
    *,
    account: PlatformAccount,
    kind: str,
    happened_on: date,
    source: str,
    by: Viewer,
    source_sha256: str = "",
    note_text: str = "",
) -> AccountActivity:
    """Add one of the four kinds of 350/QĐ-BTTTT (`AccountActivity.Kind`) that happened on a day, and who says so
    (`AccountActivity.Source`; a platform's report by the SHA-256 of its file). The same day, kind and source once more
    changes nothing. Our clock is written beside the day, so that what is written late does not change earlier reports.

    Raises PermissionError, AccountRefused with what to do.
    """
    rows = PlatformAccount.objects.select_for_update(of=("self",)).select_related("platform", "producer__commune")
    account = rows.get(pk=account.pk)
    if not can_record_activity(by, account.producer, source):
        raise PermissionError
    if kind not in AccountActivity.Kind.values:
        raise AccountRefused("Hãy chọn một loại hoạt động.")
    if happened_on > clock.today():
        raise AccountRefused("Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày trước.")
    if happened_on < max(FIRST_ACTIVITY, account.opened_on or FIRST_ACTIVITY):
        raise AccountRefused(f"Ngày phải từ {max(FIRST_ACTIVITY, account.opened_on or FIRST_ACTIVITY):%d/%m/%Y}, khi gian hàng mở.")  # fmt: skip
    if account.closed_on is not None and happened_on >= account.closed_on:
        raise AccountRefused("Gian hàng đã đóng từ ngày đó. Hãy xem lại ngày, hoặc mở lại gian hàng trước.")
    from_platform = source == AccountActivity.Source.PLATFORM
    if from_platform and not re.fullmatch(r"[0-9a-f]{64}", source_sha256):
        raise AccountRefused("Báo cáo của sàn phải kèm mã kiểm tra SHA-256 của tệp.")
    done, is_new = AccountActivity.objects.get_or_create(
        account=account,
        kind=kind,
        happened_on=happened_on,
        source=source,
        defaults={
            "at": clock.now(),
            "reported_by_id": by.user_id,
            "source_sha256": source_sha256 if from_platform else "",
            "note": squeeze(note_text)[:MAX_NOTE],
        },
    )
    if is_new:
        told = f"{done.get_kind_display()}, {happened_on:%d/%m/%Y}, {done.get_source_display()}"
        note("platform_account.activity", account, by, {"hoạt động": ("", told)})
    return done
