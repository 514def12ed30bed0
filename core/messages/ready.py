"""What this slice enters into the registries; called once from `AppConfig.ready()`."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_objects, register_vocabulary
from core.events.registry import subscribe
from core.jobs.registry import register_job, register_periodic
from core.messages.actions import erase_old_texts
from core.messages.actions.deliver import rescue_forgotten
from core.messages.actions.tell import on_grant_ended, on_grant_given
from core.messages.actions.write import SEND_JOB, URGENT_JOB, on_sign_in_code_made
from core.messages.adapters.email import EmailAdapter
from core.messages.adapters.inbox import InboxAdapter
from core.messages.adapters.log import LogAdapter
from core.messages.contract import register_message_adapter
from core.messages.http_sms.adapter import HttpSmsAdapter
from core.messages.jobs import send_due
from core.messages.kinds import KINDS
from core.messages.registry import register_message_kind
from core.people.account.registry import AccountPage, register_account_page
from core.people.events import GrantEnded, GrantGiven, SignInCodeMade

CHOICES = AccountPage(_("Cách nhận tin"), _("SMS, thư điện tử, tin giới thiệu."), "/tai-khoan/tin-nhan/", 50)


def get_messages_ready() -> None:
    """Adapters, kinds, events, jobs, words of the trail."""
    register_objects({"message": "tin nhắn", "inbound_sms": "tin nhắn đến"})
    register_vocabulary(
        {
            "message.chosen": "chọn cách nhận tin",
            "message.stopped": "từ chối nhận SMS",
            "message.sent_again": "gửi lại tin",
        }
    )
    register_message_adapter("inbox", InboxAdapter)
    register_message_adapter("log", LogAdapter)
    register_message_adapter("http", HttpSmsAdapter)
    register_message_adapter("email", EmailAdapter)
    register_account_page(CHOICES)
    for kind in KINDS:
        register_message_kind(kind)
    subscribe(SignInCodeMade, on_sign_in_code_made)
    subscribe(GrantGiven, on_grant_given)
    subscribe(GrantEnded, on_grant_ended)
    register_job(SEND_JOB, send_due, label="Gửi tin nhắn")
    register_job(URGENT_JOB, send_due, label="Gửi tin gấp, mã đăng nhập", priority=50)
    register_periodic("messages.rescue", timedelta(minutes=1), rescue_forgotten, label="Tìm tin bị quên")
    register_periodic("messages.erase", timedelta(days=1), erase_old_texts, label="Xóa lời tin cũ", at=time(3, 0))
