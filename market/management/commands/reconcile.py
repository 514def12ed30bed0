"""`manage.py reconcile platforms|payments`: compare what others hold with what we know."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from core.people.queries import SYSTEM
from market.ledger.queries import book_sum
from market.payments.jobs import ask_about_open_attempts, ask_about_refunds, send_refunds
from market.payments.models import Charge, Refund
from market.payments.queries import attempts_pending, charges_for_nothing, refunds_failed, refunds_unknown
from market.platforms.models import Connection
from market.platforms.reconcile.finding import reconcile

Line = dict[str, Any]
ROUNDS = 500  # of twenty rows; a gateway that is down ends them sooner, since every row is put off


class Command(BaseCommand):
    help = (
        "platforms: finds what is not as we left it: edited, removed, unknown or doubled there; changes nothing on a platform, people"
        " decide line by line at /san/lech/. payments: asks VNPAY about attempts and refunds that are due, sends refunds that wait,"
        " and lists what only a person can decide, at /ke-toan/."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["platforms", "payments"])
        parser.add_argument("--only", metavar="CODE", help="platforms: the code of one platform")
        parser.add_argument(
            "--older-than", metavar="HOURS", type=float, default=2.0, help="payments: attempts pending longer than this"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "platforms":
            lines = _platforms(options["only"])
        else:
            lines = _payments(timedelta(hours=options["older_than"]))
        for line in lines:
            self.stdout.write(json.dumps(line, ensure_ascii=False))


def _platforms(only: str | None) -> Iterator[Line]:
    connections = Connection.objects.select_related("platform").order_by("platform__code")
    if only:
        connections = connections.filter(platform__code=only)
    for connection in connections:
        report = reconcile(connection)
        yield {
            "platform": connection.platform.code,
            "looked_at": report.looked_at,
            **{kind: report.found[kind] for kind in sorted(report.found)},
            "settled": report.settled,
            "failure": report.failure,
        }


def _payments(older_than: timedelta) -> Iterator[Line]:
    yield {"group": "attempts_asked", "count": _all_of(ask_about_open_attempts)}
    yield {"group": "refunds_sent", "count": _all_of(send_refunds)}
    yield {"group": "refunds_asked", "count": _all_of(ask_about_refunds)}
    pending = [
        {
            "txn_ref": attempt.txn_ref,
            "order": attempt.payment.reference,
            "amount": attempt.amount,
            "ended_at": attempt.expires_at.isoformat(timespec="seconds"),
            "codes": f"{attempt.response_code}/{attempt.transaction_status}",
        }
        for attempt in attempts_pending(SYSTEM, longer_than=older_than)
    ]
    yield {"group": "attempts_pending", "count": len(pending), "rows": pending}
    for group, found in (("refunds_unknown", refunds_unknown(SYSTEM)), ("refunds_failed", refunds_failed(SYSTEM))):
        refunds = [_refund(refund) for refund in found]
        yield {"group": group, "count": len(refunds), "rows": refunds}
    for group, charges in (
        ("charges_without_purchase", Charge.objects.filter(payment__purchase=None, payment__channel="shop")),
        ("charges_for_nothing", charges_for_nothing(SYSTEM)),
    ):
        rows = [_charge(charge) for charge in charges.select_related("payment", "attempt").order_by("pk")]
        yield {"group": group, "count": len(rows), "rows": rows}
    yield {"group": "book", "sum": book_sum()}


def _all_of(job: Any) -> int:
    """Rounds of a job until nothing is due any more."""
    done = 0
    for _ in range(ROUNDS):
        count = job()
        done += count
        if not count:
            break
    return done


def _refund(refund: Refund) -> Line:
    return {
        "refund": refund.pk,
        "request_id": refund.request_id,
        "txn_ref": refund.charge.attempt.txn_ref,
        "order": refund.charge.payment.reference,
        "amount": refund.amount,
        "state": refund.state,
        "codes": f"{refund.response_code}/{refund.transaction_status}",
    }


def _charge(charge: Charge) -> Line:
    return {
        "charge": charge.pk,
        "txn_ref": charge.attempt.txn_ref,
        "payment": charge.payment.reference,
        "amount": charge.amount,
        "refunded": charge.refunded,
    }
