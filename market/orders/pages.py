"""What the pages of orders show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.kit.money import dong
from core.kit.qr import qr_svg
from core.kit.vietqr import vietqr_text
from market.orders.models import Method, Order, Purchase
from market.orders.rules import CALLED_OFF_BY_BUYER, can_go
from market.shops.banks import bank_name

State = Order.State
_KINDS = {
    State.WAITING: "wait", State.TO_PACK: "wait", State.PACKED: "wait", State.SENT: "info", State.DELIVERED: "good",
    State.CANCELLED: "info", State.RETURN_ASKED: "warn", State.RETURNED: "info",
}  # fmt: skip


def where_to(purchase: Purchase) -> str:
    """The receiver's address on one line: house and street, commune, province."""
    commune = purchase.commune
    places = [f"{commune.name}, {commune.parent.name}" if commune.parent else commune.name] if commune else []
    return ", ".join([purchase.receiver_address, *places])


@dataclass(frozen=True)
class Transfer:
    """What a buyer must write into a bank transfer, and the code that does it for them."""

    label: str
    facts: list[dict[str, str]]
    svg: SafeString | None


@dataclass(frozen=True)
class BuyerOrder:
    """One shop's order as its buyer sees it."""

    order: Order
    purchase: Purchase

    @property
    def kind(self) -> str:
        """The kind of its status sentence."""
        return _KINDS[State(self.order.state)]

    @property
    def sentence(self) -> str:
        """How far it is, in a sentence for the buyer."""
        said = {
            State.WAITING: _("Chờ bạn chuyển khoản cho người bán."),
            State.TO_PACK: _("Người bán đang chuẩn bị hàng."),
            State.PACKED: _("Người bán đã đóng gói."),
            State.SENT: _("Hàng đang trên đường đến bạn."),
            State.DELIVERED: _("Đã giao."),
            State.CANCELLED: _("Đã hủy."),
            State.RETURN_ASKED: _("Bạn đã xin trả hàng, chờ người bán trả lời."),
            State.RETURNED: _("Người bán đã nhận lại hàng."),
        }[State(self.order.state)]
        if self.order.state == State.WAITING and self.purchase.method == Method.VNPAY:
            is_paid = self.purchase.state == Purchase.State.PAID
            said = _("Đã nhận tiền, đang báo người bán.") if is_paid else _("Chờ trả tiền.")
        return f"{said} {_('Lời nhắn')}: {self.order.reason}" if self.order.reason else said

    @property
    def can_call_off(self) -> bool:
        """Whether the buyer may still call it off by pressing a button."""
        unpaid = self.order.state == State.WAITING and self.purchase.method == Method.VNPAY
        return self.order.state in CALLED_OFF_BY_BUYER and not unpaid

    @property
    def can_receive(self) -> bool:
        """Whether the buyer can say that it has come."""
        return self.order.state == State.SENT

    @property
    def can_send_back(self) -> bool:
        """Whether the buyer can ask to send it back; the action knows of the seven days."""
        return can_go(self.order, State.RETURN_ASKED)

    @property
    def transfer(self) -> Transfer | None:
        """How to transfer the money to the shop, while that is awaited."""
        if self.purchase.method != Method.TRANSFER or self.order.state != State.WAITING:
            return None
        return transfer_to(self.order)


def transfer_to(order: Order) -> Transfer:
    """The shop's account, the amount and the words, with their VietQR code where the account can be written into one."""
    shop = order.shop
    facts = [
        {"label": _("Ngân hàng"), "value": bank_name(shop.bank_bin)},
        {"label": _("Số tài khoản"), "value": shop.bank_account},
        {"label": _("Chủ tài khoản"), "value": shop.bank_holder},
        {"label": _("Số tiền"), "value": dong(order.total)},
        {"label": _("Nội dung"), "value": order.code},
    ]
    label = _("Quét để chuyển %(amount)s") % {"amount": dong(order.total)}
    try:
        text = vietqr_text(bank_bin=shop.bank_bin, account=shop.bank_account, amount=order.total, message=order.code)
    except ValueError:
        return Transfer(_("Chuyển %(amount)s") % {"amount": dong(order.total)}, facts, None)
    return Transfer(label, facts, qr_svg(text))


@dataclass(frozen=True)
class SellerOrder:
    """One order as its shop sees it, with the steps that are open."""

    order: Order

    @property
    def kind(self) -> str:
        """The kind of its status sentence."""
        return (
            "warn"
            if self.order.state in {State.TO_PACK, State.WAITING, State.RETURN_ASKED}
            else _KINDS[State(self.order.state)]
        )

    @property
    def address(self) -> str:
        """Where it goes."""
        return where_to(self.order.purchase)

    @property
    def money(self) -> str:
        """Who has the money of this order, in a sentence."""
        method = self.order.purchase.method
        if method == Method.CASH:
            return (
                _("Thu %(amount)s khi giao hàng.") % {"amount": dong(self.order.total)}
                if not self.order.is_paid
                else _("Đã thu tiền mặt.")
            )
        if method == Method.TRANSFER:
            return (
                _("Đã nhận chuyển khoản.")
                if self.order.is_paid
                else _("Chưa thấy tiền chuyển khoản: hãy xem tài khoản ngân hàng, nội dung %(code)s.")
                % {"code": self.order.code}
            )
        return _("Người mua đã trả qua VNPAY.")

    @property
    def can_confirm(self) -> bool:
        """Whether a transfer is awaited."""
        return self.order.state == State.WAITING and self.order.purchase.method == Method.TRANSFER

    @property
    def can_pack(self) -> bool:
        """Whether it can be packed."""
        return can_go(self.order, State.PACKED)

    @property
    def can_send(self) -> bool:
        """Whether it can leave."""
        return can_go(self.order, State.SENT)

    @property
    def can_deliver(self) -> bool:
        """Whether it can be said to have come."""
        return self.order.state == State.SENT

    @property
    def can_cancel(self) -> bool:
        """Whether the shop may still call it off."""
        return can_go(self.order, State.CANCELLED)

    @property
    def is_return_asked(self) -> bool:
        """Whether the buyer waits for an answer about sending it back."""
        return self.order.state == State.RETURN_ASKED


def order_tabs(counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    """The list's tabs: all, then each state that has orders or is looked at."""
    tabs = [("", _("Tất cả"), sum(counts.values()))]
    tabs += [
        (state.value, str(state.label).capitalize(), counts.get(state.value, 0))
        for state in State
        if counts.get(state.value) or state.value == current
    ]
    base = reverse("seller_orders")
    return [
        {
            "label": label,
            "count": count,
            "url": f"{base}?{urlencode({'trang-thai': value})}" if value else base,
            "current": value == current,
        }
        for value, label, count in tabs
    ]
