"""What the first page of the accountant's place counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.desk.registry import Todo
from core.people.queries import Viewer
from market.ledger.accounts import BANK, GATEWAY, HELD, REFUNDS, UNCLEAR
from market.payments.queries import (
    attempts_pending,
    charges_for_nothing,
    refunds_failed,
    refunds_to_approve,
    refunds_unknown,
)
from market.payments.rules import may_handle_money


@dataclass(frozen=True)
class Group:
    """Money that waits for a person, and where the page stands that lists it."""

    label: str | Promise
    about: str | Promise
    said: str | Promise  # with its count, as a to-do
    count: int
    url: str
    kind: str


def money_waiting(viewer: Viewer) -> list[Group]:
    """Every group, those in which nothing waits too; nothing is counted for people who may not see money."""
    refunds, incoming = reverse("money_refunds"), reverse("money_payments")
    rows: tuple[tuple[str | Promise, str | Promise, str | Promise, QuerySet[Any], str, str], ...] = (
        (
            _("Hoàn tiền chờ duyệt"), _("Trên mức một người tự quyết, cần người thứ hai."), _("Có %d khoản hoàn tiền chờ duyệt."),
            refunds_to_approve(viewer), f"{refunds}?muc=cho-duyet", "warn",
        ),
        (
            _("Hoàn tiền chưa rõ kết quả"), _("Đã gửi mà VNPAY không trả lời, hoặc nói khác sổ."),
            _("Có %d khoản hoàn tiền chưa rõ kết quả."), refunds_unknown(viewer), f"{refunds}?muc=chua-ro", "bad",
        ),
        (
            _("Hoàn tiền không được"), _("VNPAY hoặc ngân hàng từ chối."), _("Có %d khoản hoàn tiền không được."),
            refunds_failed(viewer), f"{refunds}?muc=khong-duoc", "bad",
        ),
        (
            _("Lần trả tiền chờ quá lâu"), _("Hơn hai giờ mà VNPAY chưa cho kết quả."), _("Có %d lần trả tiền chờ quá lâu."),
            attempts_pending(viewer), reverse("money_attempts"), "warn",
        ),
        (
            _("Tiền đến hai lần"), _("Chưa trên đường trả lại người mua."), _("Có %d khoản tiền đến hai lần, chưa trả lại."),
            charges_for_nothing(viewer), f"{incoming}?for_nothing=on", "bad",
        ),
    )  # fmt: skip
    return [Group(label, about, said, found.count(), url, kind) for label, about, said, found, url, kind in rows]


def money_todos(viewer: Viewer) -> Iterable[Todo]:
    """What waits for who handles money."""
    if not may_handle_money(viewer):
        return
    for group in money_waiting(viewer):
        if group.count:
            yield Todo(str(group.said) % group.count, group.url, str(_("Xem")), 1, group.kind)


@dataclass(frozen=True)
class Standing:
    """What the book shows at this moment, in đồng, each as a sum that people speak of: nothing is negative while all is well."""

    gateway: int
    bank: int
    held: int
    refunds: int
    owed: int
    unclear: int
    sum: int


def standing_of(accounts: Mapping[str, int]) -> Standing:
    """From {account: debits minus credits} of every account there is."""
    return Standing(
        gateway=accounts.get(GATEWAY, 0),
        bank=accounts.get(BANK, 0),
        held=-accounts.get(HELD, 0),
        refunds=-accounts.get(REFUNDS, 0),
        owed=-sum(amount for code, amount in accounts.items() if code.startswith("producer:")),
        unclear=-accounts.get(UNCLEAR, 0),
        sum=sum(accounts.values()),
    )
