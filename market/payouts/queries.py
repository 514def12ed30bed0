"""Reading payouts: what a batch made now would hold, batches and their rows, what VNPAY sent to the bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from market.ledger.accounts import BANK, GATEWAY, owed_to
from market.ledger.queries import balances_of, balances_under
from market.payments.rules import may_handle_money, may_see_money
from market.payouts.models import GatewaySettlement, PayoutBatch, PayoutRow
from market.payouts.rules import LeftOut, smallest_payout
from market.shops.models import Shop
from onboarding.producers.models import Producer

State = PayoutBatch.State


@dataclass(frozen=True)
class Due:
    """A shop whose producer is owed `amount` đồng (below zero: owes)."""

    shop: Shop
    amount: int


@dataclass(frozen=True)
class Omission:
    """Somebody who is owed something, or owes, and gets nothing now."""

    producer: Producer
    amount: int
    reason: LeftOut


@dataclass(frozen=True)
class Proposal:
    """Who would be paid now, and who not, and why."""

    dues: list[Due]
    omissions: list[Omission]
    minimum: int

    @property
    def total(self) -> int:
        """What the batch would send, in đồng."""
        return sum(due.amount for due in self.dues)


def propose(shops: Iterable[Shop] | None = None) -> Proposal:
    """What a batch made now would hold, by producer; `shops` if the caller holds them already. Three statements."""
    owed = {int(code.partition(":")[2]): -amount for code, amount in balances_under("producer:").items() if amount}
    if shops is None:
        shops = shops_of(owed)
    waiting = set(PayoutRow.objects.filter(state=PayoutRow.State.WAITING).values_list("producer_id", flat=True))
    minimum = smallest_payout()
    dues, omissions = [], []
    for shop in shops:
        amount = owed.get(shop.producer_id, 0)
        reason = _why_not(shop, amount, minimum, waits=shop.producer_id in waiting)
        if reason is None:
            dues.append(Due(shop, amount))
        elif amount:
            omissions.append(Omission(shop.producer, amount, reason))
    return Proposal(dues, sorted(omissions, key=lambda each: (each.reason, -each.amount)), minimum)


def shops_of(producer_ids: Iterable[int]) -> QuerySet[Shop]:
    """The shops of these producers, in the order in which they are locked."""
    return Shop.objects.filter(producer__in=list(producer_ids)).select_related("producer").order_by("pk")


def producers_owed() -> list[int]:
    """The ids of everybody whose account does not stand at 0."""
    return [int(code.partition(":")[2]) for code, amount in balances_under("producer:").items() if amount]


def _why_not(shop: Shop, amount: int, minimum: int, *, waits: bool) -> LeftOut | None:
    if amount < 0:
        return LeftOut.OWES
    if waits:
        return LeftOut.WAITS
    if amount < max(minimum, 1):
        return LeftOut.SMALL
    return None if shop.bank_account and shop.bank_bin else LeftOut.NO_ACCOUNT


def batches_of(viewer: Viewer) -> QuerySet[PayoutBatch]:
    """Every batch, newest first, with how many of its rows wait, are paid, came back; nothing for people who may not see money."""
    rows = PayoutBatch.objects.select_related("made_by", "approved_by", "exported_by").order_by("-pk")
    counts = {
        name: Count("rows", filter=Q(rows__state=state))
        for name, state in (("waiting", "waiting"), ("paid", "paid"), ("returned", "returned"))
    }
    return rows.annotate(**counts) if may_see_money(viewer) else rows.none()


def batch_by_code(viewer: Viewer, code: str) -> PayoutBatch | None:
    """One batch with its rows and their producers."""
    rows = PayoutRow.objects.select_related("producer__shop", "decided_by").order_by("number")
    return batches_of(viewer).filter(code=code).prefetch_related(Prefetch("rows", rows)).first()


def omissions_of(batch: PayoutBatch) -> list[Omission]:
    """Who was left out when it was made."""
    kept = list(batch.left_out)
    producers = Producer.objects.in_bulk([each["producer"] for each in kept])
    return [
        Omission(producers[each["producer"]], each["amount"], LeftOut(each["reason"]))
        for each in kept
        if each["producer"] in producers
    ]


def rows_gone_wrong(batch: PayoutBatch) -> dict[int, str]:
    """{row id: why it should not be sent as it stands} of the rows that wait: the producer is owed less by now, or has said another
    bank account since."""
    waiting = [row for row in batch.rows.all() if row.state == PayoutRow.State.WAITING]
    owed = balances_of([owed_to(row.producer_id) for row in waiting]) if waiting else {}
    shops = {shop.producer_id: shop for shop in shops_of(row.producer_id for row in waiting)}
    found = {}
    for row in waiting:
        shop = shops[row.producer_id]
        if -owed[owed_to(row.producer_id)] < row.amount:
            found[row.pk] = "Số còn phải trả nay đã ít hơn số này, vì có khoản hoàn cho người mua."
        elif (shop.bank_bin, shop.bank_account, shop.bank_holder) != (row.bank_bin, row.bank_account, row.bank_holder):
            found[row.pk] = "Người bán đã đổi tài khoản nhận tiền sau khi lập bảng."
    return found


def money_at_hand() -> dict[str, int]:
    """{"bank", "gateway"}: what the book says is in the operator's bank account and still with VNPAY, in đồng."""
    found = balances_of([BANK, GATEWAY])
    return {"bank": found[BANK], "gateway": found[GATEWAY]}


def on_its_way(producer: Producer) -> int:
    """What of a producer's money stands in an approved batch and is not yet said to be paid, in đồng."""
    rows = PayoutRow.objects.filter(producer=producer, state=PayoutRow.State.WAITING).exclude(batch__state=State.DRAFT)
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def claimed_by_payouts(account: str) -> int:
    """What of a producer's account stands in a batch, approved or not, that the bank has not answered yet, in đồng."""
    kind, _colon, number = account.partition(":")
    if kind != "producer" or not number.isdecimal():
        return 0
    rows = PayoutRow.objects.filter(producer=int(number), state=PayoutRow.State.WAITING)
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def settlements_of(viewer: Viewer) -> QuerySet[GatewaySettlement]:
    """What VNPAY sent to the bank, the newest first; nothing for people who may not see money."""
    rows = GatewaySettlement.objects.select_related("made_by", "withdrawn_by").order_by("-on", "-pk")
    return rows if may_see_money(viewer) else rows.none()


def payout_todos(viewer: Viewer) -> Iterable[Todo]:
    """For who handles money: batches that wait for somebody else than who made them, and those that wait for the bank's word."""
    if not may_handle_money(viewer):
        return
    others = Count("pk", filter=Q(state=State.DRAFT) & ~Q(made_by=viewer.user_id))
    counts = PayoutBatch.objects.filter(state__in=[State.DRAFT, State.EXPORTED]).aggregate(
        to_approve=others, to_decide=Count("pk", filter=Q(state=State.EXPORTED))
    )
    if counts["to_approve"]:
        yield Todo(f"{counts['to_approve']} bảng chi chờ duyệt.", reverse("payouts"), "Xem bảng chi", 1, "warn")
    if counts["to_decide"]:
        words = f"{counts['to_decide']} bảng chi chờ ghi kết quả của ngân hàng."
        yield Todo(words, reverse("payouts"), "Ghi kết quả", 3, "wait")


def payout_account_of(viewer: Viewer, number: int) -> Revealed | None:
    """The bank account in a row, for an audited look by who handles money."""
    if not may_handle_money(viewer):
        return None
    row = PayoutRow.objects.filter(pk=number).select_related("producer__commune", "producer__shop").first()
    if row is None:
        return None
    return Revealed(row.bank_account, row.producer.name, f"shop:{row.producer.shop.pk}", row.producer.commune.code)
