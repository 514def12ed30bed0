"""Results on their way to the merchant: the IPN calls, with VNPAY's retry rule, and the return address.

Rule: call until the merchant answers RspCode 00 or 02, at most ten times, always the same time apart.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time

import requests

from market.payments.vnpay.sandbox import signing
from market.payments.vnpay.sandbox.settings import MOST_IPN_CALLS, Settings
from market.payments.vnpay.sandbox.store import Row, Store

_FINAL_ANSWERS = {"00", "02"}


def result_fields(payment: Row, settings: Settings) -> dict[str, str]:
    """What VNPAY tells about a finished payment, in IPN and return alike."""
    return {
        "vnp_TmnCode": settings.tmn_code,
        "vnp_Amount": str(payment["amount"]),
        # VNPAY names itself when the buyer left before choosing a bank.
        "vnp_BankCode": payment["bank_code"] or "VNPAY",
        "vnp_BankTranNo": payment["bank_tran_no"],
        "vnp_CardType": payment["card_type"],
        "vnp_PayDate": payment["pay_date"],
        "vnp_OrderInfo": payment["order_info"],
        "vnp_TransactionNo": payment["transaction_no"],
        "vnp_ResponseCode": payment["response_code"],
        "vnp_TransactionStatus": payment["transaction_status"],
        "vnp_TxnRef": payment["txn_ref"],
    }


def result_address(base: str, fields: dict[str, str], secret: str) -> str:
    """`base` with the signed result; `base` may have parameters of its own. Empty fields are left out."""
    present = {name: value for name, value in fields.items() if value}
    return base + ("&" if "?" in base else "?") + signing.sign_address(secret, present)


class Notifier(threading.Thread):
    """Makes the planned IPN calls, one after the other, until the process ends.

    The plan is in the store, so calls that were due when the double stopped are made after it starts again.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(name="ipn", daemon=True)
        self._settings = settings
        self._store = store
        self._woken = threading.Event()

    def wake(self) -> None:
        """Look at the plan now: a result has just been written."""
        self._woken.set()

    def run(self) -> None:
        """The thread's life."""
        while True:
            self._woken.clear()
            try:
                wait = self._do_next()
            except sqlite3.Error as error:  # locked for long, or the payment was forgotten during its call
                print(f"IPN: {error}", file=sys.stderr, flush=True)
                wait = 1.0
            self._woken.wait(wait)

    def _do_next(self) -> float:
        """Make the earliest call if it is due; returns how many seconds there is nothing to do."""
        payment = self._store.next_ipn()
        if payment is None:
            return 60.0
        wait: float = payment["ipn_due"] - time.time()
        if wait > 0:
            return wait
        self._call(payment)
        return 0.0

    def _call(self, payment: Row) -> None:
        call = self._send(self._address(payment))
        calls = payment["ipn_calls"] + 1
        repeat = payment["ipn_repeat"]
        due: float | None = time.time() + self._settings.ipn_interval
        if call["rsp_code"] in _FINAL_ANSWERS:
            # Plan "twice": VNPAY sometimes repeats an IPN that was already answered.
            due = time.time() if repeat else None
            repeat = max(0, repeat - 1)
        if calls >= MOST_IPN_CALLS:
            due = None
        self._store.record_ipn(payment["id"], call, due, repeat)

    def _address(self, payment: Row) -> str:
        fields = result_fields(payment, self._settings)
        if payment["ipn_plan"] == "wrong_amount":
            fields["vnp_Amount"] = str(payment["amount"] + 100_000)
        wrong_secret = payment["ipn_plan"] == "bad_signature"
        secret = f"not-{self._settings.secret}" if wrong_secret else self._settings.secret
        return result_address(self._settings.ipn_url, fields, secret)

    def _send(self, address: str) -> Row:
        call: Row = {"sent_at": time.time(), "url": address, "http_status": None, "rsp_code": "", "note": ""}
        try:
            answer = requests.get(address, timeout=(5, 10), allow_redirects=False)
            call["http_status"] = answer.status_code
            body = answer.json() if answer.status_code == 200 else {}
            call["rsp_code"] = str(body.get("RspCode", "")) if isinstance(body, dict) else ""
            call["note"] = answer.text[:200]
        except (requests.RequestException, ValueError) as error:
            call["note"] = str(error)[:200]
        return call
