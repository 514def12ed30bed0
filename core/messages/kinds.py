"""The kinds that the ground storey itself has to say."""

from __future__ import annotations

from core.messages.contract import Channel, Purpose
from core.messages.registry import MessageKind

SIGN_IN_CODE = MessageKind(
    code="sign_in.code",
    label="Mã đăng nhập",
    purpose=Purpose.SIGN_IN,
    templates={Channel.SMS: "core/messages/sign_in_code.sms.txt"},
    urgent=True,
)
NEW_PHONE_CODE = MessageKind(
    code="new_phone.code",
    label="Mã đổi số điện thoại",
    purpose=Purpose.SIGN_IN,
    templates={Channel.SMS: "core/messages/new_phone_code.sms.txt"},
    urgent=True,
)
GRANT_GIVEN = MessageKind(
    code="grant.given",
    label="Được giao quyền",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "core/messages/grant_given.txt"},
)
GRANT_ENDED = MessageKind(
    code="grant.ended",
    label="Quyền kết thúc sớm",
    purpose=Purpose.SERVICE,
    templates={Channel.INBOX: "core/messages/grant_ended.txt"},
)
KINDS = (SIGN_IN_CODE, NEW_PHONE_CODE, GRANT_GIVEN, GRANT_ENDED)
