"""What the platform answered for a line, and taking an answer back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.actions import (
    AccountFacts,
    AccountRefused,
    LinkRefused,
    claim_account,
    claim_link,
    close_account,
    report_account,
)
from onboarding.accounts.models import AccountReport, OpenedBy, OutsideLink, PlatformAccount
from onboarding.accounts.queries import state_of_account
from onboarding.accounts.rules import State as AccountIs
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent
from onboarding.opening.actions.withdrawing import close_if_answered
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.rules import BATCH_ENDED, TakenBack, can_open

State = OpeningLine.State
_UNDONE = "Hoàn tác tệp kết quả của sàn."
WITHDRAWN_WORDS = "Hộ này đã rút đồng ý. Kết quả không được ghi; hãy báo sàn bỏ thông tin của hộ."
NOT_SENT = "Lô này chưa gửi sàn nên chưa có kết quả. Hãy xem lại cột Lô."


class AnswerRefused(Exception):
    """The answer cannot be taken; the message is for people."""


@dataclass(frozen=True)
class Opened:
    """The platform opened the account: `seller_id` or `url` (its page) or both; `on` is the day, None when not said."""

    seller_id: str = ""
    url: str = ""
    on: date | None = None


def obstacle_to_answer(line: OpeningLine, batch: OpeningBatch) -> str:
    """Why no answer can be taken for a line now; "" when it can (a late answer to an ended batch can)."""
    if line.state == State.WITHDRAWN and line.reason == TakenBack.CONSENT.label:
        return WITHDRAWN_WORDS
    if line.state == State.WITHDRAWN and line.reason != BATCH_ENDED:
        return f"Hộ này đã rút khỏi lô: {line.reason} Kết quả không được ghi; hãy báo sàn bỏ thông tin của hộ."
    if batch.state == OpeningBatch.State.PREPARED:
        return NOT_SENT
    return ""


@transaction.atomic
def record_opened(*, line: OpeningLine, answer: Opened, sha256: str, by: Viewer) -> OpeningLine:
    """The platform's file (with this SHA-256) says that the account is open: it is claimed, with the file as evidence;
    brought by who made or sent the batch, the file needs a second person (`confirming.confirm_results`).

    A dead account there is closed first. Raises PermissionError, AnswerRefused.
    """
    line, batch = _locked(line, by)
    if not has_consent(line.producer, Purpose.PLATFORM):
        raise AnswerRefused(WITHDRAWN_WORDS)
    held = PlatformAccount.objects.filter(platform=line.platform, producer=line.producer, closed_on=None).first()
    if held is not None and state_of_account(held, clock.today()) in {AccountIs.DEAD, AccountIs.CLOSED}:
        close_account(account=held, on=clock.today(), reason="Sàn mở gian hàng mới.", by=by)
        held = None
    if held is not None and answer.seller_id and held.seller_id not in {"", answer.seller_id}:
        raise AnswerRefused(f"Hộ này đã có gian hàng mã «{held.seller_id}» trên sàn. Hãy xem lại mã người bán.")
    facts = AccountFacts(answer.seller_id, answer.on, OpenedBy.PLATFORM, line.phone or line.household.phone)
    try:
        account = claim_account(platform=line.platform, producer=line.producer, facts=facts, by=by)
        if answer.url:
            claim_link(account=account, url=answer.url, kind=OutsideLink.Kind.SHOP, by=by)
    except (AccountRefused, LinkRefused) as refusal:
        raise AnswerRefused(str(refusal)) from refusal
    report_account(
        account=account,
        result=AccountReport.Result.OPENED,
        reporter=_reporter(batch, by),
        source_sha256=sha256,
        by=by,
    )
    _answer(line, batch, State.OPENED, "", account, by)
    return line


@transaction.atomic
def record_refused(*, line: OpeningLine, reason: str, by: Viewer) -> OpeningLine:
    """The platform did not open the account, for this reason; the household comes back on its team's list.
    Raises PermissionError, AnswerRefused."""
    line, batch = _locked(line, by)
    if line.state == State.OPENED:
        raise AnswerRefused("Sàn đã báo mở gian hàng cho hộ này. Muốn sửa, hãy hoàn tác tệp kết quả trước.")
    _answer(line, batch, State.REFUSED, reason, None, by)
    return line


@transaction.atomic
def take_answer_back(
    *, line_id: int, was_state: str, was_reason: str, made: bool, seller_id: str, closed_id: int = 0, by: Viewer
) -> None:
    """Undo an answer: the line is as it was. An account that the answer `made` is closed as of the day it was claimed, an
    older one loses the platform's word and has the seller id of before; a dead one that it closed (`closed_id`) is as dead
    as it was. Pages nobody has looked at go with it. Raises AnswerRefused, PermissionError."""
    line, batch = _locked(OpeningLine(pk=line_id), by)
    others = OpeningLine.objects.filter(platform=line.platform, producer=line.producer, state=State.WAITING)
    if was_state == State.WAITING and others.exclude(pk=line.pk).exists():
        raise AnswerRefused("Hộ này đã được đưa vào một lô khác.")
    account = line.account
    if account is not None:
        report_account(
            account=account,
            result=AccountReport.Result.REFUSED,
            reporter=AccountReport.Reporter.PERSON,
            reason=_UNDONE,
            by=by,
        )
        if made and account.closed_on is None:
            OutsideLink.objects.filter(account=account, observations=None).delete()
            PlatformAccount.objects.filter(pk=account.pk).update(
                closed_on=account.claimed_at.astimezone(clock.VIETNAM).date()
            )
        elif account.seller_id != seller_id:
            PlatformAccount.objects.filter(pk=account.pk).update(seller_id=seller_id)
    if closed_id:
        _reopen(closed_id, by)
    line.state, line.reason, line.account, line.answered_at = was_state, was_reason, None, None
    line.save(update_fields=["state", "reason", "account", "answered_at"])
    if was_state == State.WAITING:
        OpeningBatch.objects.filter(pk=batch.pk).update(state=OpeningBatch.State.SENT)
    _note("opening.answer_undone", line, batch, by)


def _reopen(account_id: int, by: Viewer) -> None:
    """The account that was closed only because the platform's file named another."""
    rows = PlatformAccount.objects.select_for_update(of=("self",)).select_related("producer__commune")
    account = rows.get(pk=account_id)
    if account.closed_on is None:
        return
    same_seller = Q(seller_id=account.seller_id) & ~Q(seller_id="")
    others = PlatformAccount.objects.filter(platform=account.platform_id, closed_on=None)
    if others.filter(Q(producer=account.producer_id) | same_seller).exists():
        raise AnswerRefused("Gian hàng cũ của hộ không mở lại được: đã có gian hàng khác đang mở.")
    closed_on, account.closed_on = account.closed_on, None
    account.save(update_fields=["closed_on"])
    words = list(account.reports.order_by("-at", "-pk").values_list("result", flat=True)[:2])
    if words[1:] != [AccountReport.Result.CLOSED]:  # it was dead, and not closed by an earlier word
        report_account(
            account=account,
            result=AccountReport.Result.NOT_FOUND,
            reporter=AccountReport.Reporter.PERSON,
            reason=_UNDONE,
            by=by,
        )
    record(
        "platform_account.reopened",
        actor_id=by.user_id,
        object_label=f"platform_account:{account.pk}",
        unit_code=account.producer.commune.code,
        changes={"ngày đóng": (f"{closed_on:%d/%m/%Y}", "")},
    )


def _reporter(batch: OpeningBatch, by: Viewer) -> AccountReport.Reporter:
    """One person alone makes no verified account: who asked the platform only carries its answer."""
    asked = by.user_id is not None and by.user_id in {batch.made_by_id, batch.sent_by_id}
    return AccountReport.Reporter.CARRIED if asked else AccountReport.Reporter.PLATFORM


def _answer(
    line: OpeningLine, batch: OpeningBatch, state: str, reason: str, account: PlatformAccount | None, by: Viewer
) -> None:
    line.state, line.reason, line.account, line.answered_at = state, reason[:300], account, clock.now()
    line.save(update_fields=["state", "reason", "account", "answered_at"])
    _note("opening.answered", line, batch, by)
    close_if_answered(batch.pk)


def _locked(line: OpeningLine, by: Viewer) -> tuple[OpeningLine, OpeningBatch]:
    """The line and its batch, in that order everywhere."""
    rows = OpeningLine.objects.select_for_update(of=("self",))
    found = rows.select_related("platform", "household", "producer__commune", "batch__commune", "account").get(
        pk=line.pk
    )
    batch = found.batch
    if not can_open(by, batch.commune):
        raise PermissionError
    if obstacle := obstacle_to_answer(found, batch):
        raise AnswerRefused(obstacle)
    return found, batch


def _note(word: str, line: OpeningLine, batch: OpeningBatch, by: Viewer) -> None:
    words = f"{batch.platform.name}, lô {batch.pk}, số {line.number}: {line.get_state_display()}"
    record(
        word,
        actor_id=by.user_id,
        object_label=f"household:{line.household_id}",
        unit_code=batch.commune.code,
        changes={"trả lời của sàn": ("", f"{words}. {line.reason}".strip(" ."))},
    )
