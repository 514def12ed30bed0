"""The double's memory: one SQLite file in WAL mode, a connection per use, safe for threads and restarts."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from market.payments.vnpay.sandbox.settings import clock_text

_TABLES = """
create table if not exists payment (
    id integer primary key,
    token text not null unique,
    txn_ref text not null unique,
    amount integer not null,                -- as sent: đồng x 100
    order_info text not null,
    return_url text not null,
    create_date text not null,
    expire_date text not null,
    ip_addr text not null,
    wanted_bank text not null,
    wrong_otps integer not null default 0,
    response_code text,                     -- null while open
    transaction_status text not null default '01',
    transaction_no text not null default '0',
    bank_code text not null default '',
    bank_tran_no text not null default '',
    card_type text not null default '',
    pay_date text not null default '',
    ipn_plan text not null default 'normal',
    ipn_due real,                           -- unix time of the next IPN call, null when none is planned
    ipn_repeat integer not null default 0   -- calls still to make after the merchant said 00
);
create table if not exists ipn_call (
    id integer primary key,
    payment_id integer not null references payment (id) on delete cascade,
    sent_at real not null,
    url text not null,
    http_status integer,
    rsp_code text not null,
    note text not null
);
create table if not exists refund (
    id integer primary key,
    payment_id integer not null references payment (id) on delete cascade,
    transaction_no text not null unique,
    transaction_type text not null,
    amount integer not null,
    status text not null,
    pay_date text not null
);
create table if not exists choice (
    payment_id integer primary key references payment (id) on delete cascade,
    bank_code text not null,
    card_number text not null
);
create table if not exists request (request_id text primary key, day text not null);
create table if not exists plan (id integer primary key check (id = 1), body text not null);
"""

NORMAL_PLAN: dict[str, Any] = {"ipn": "normal", "delay_ms": 0, "api": "normal", "api_command": ""}
Row = dict[str, Any]


class Store:
    """Every read and write of the double. Rows come back as plain dictionaries."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as database:
            database.execute("pragma journal_mode = wal")
            database.executescript(_TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of our own, every statement its own transaction unless `begin` is said."""
        database = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        database.row_factory = sqlite3.Row
        try:
            database.execute("pragma foreign_keys = on")
            database.execute("pragma synchronous = normal")
            yield database
        finally:
            database.close()

    def _rows(self, sql: str, *values: object) -> list[Row]:
        with self._open() as database:
            return [dict(row) for row in database.execute(sql, values)]

    def _write(self, sql: str, *values: object) -> int:
        """One statement, one transaction; returns how many rows it changed."""
        with self._open() as database:
            return database.execute(sql, values).rowcount

    def open_payment(self, fields: Row) -> Row:
        """Remember a payment; a known `txn_ref` keeps its first row. Returns the stored row."""
        names = ", ".join(fields)
        self._write(
            f"insert into payment ({names}) values ({', '.join('?' * len(fields))}) on conflict (txn_ref) do nothing",
            *fields.values(),
        )
        return self._rows("select * from payment where txn_ref = ?", fields["txn_ref"])[0]

    def payment(self, *, token: str = "", txn_ref: str = "") -> Row | None:
        """One payment by its page token or by the merchant's reference."""
        found = self._rows("select * from payment where token = ? or txn_ref = ?", token, txn_ref)
        return found[0] if found else None

    def count_wrong_otp(self, payment_id: int) -> int:
        """One more wrong OTP; returns how many there are now."""
        self._write("update payment set wrong_otps = wrong_otps + 1 where id = ?", payment_id)
        found = self._rows("select wrong_otps from payment where id = ?", payment_id)
        return int(found[0]["wrong_otps"])

    def choose_card(self, payment_id: int, bank_code: str, card_number: str) -> None:
        """Remember the bank and card between the card's page and the OTP's."""
        self._write("insert or replace into choice values (?, ?, ?)", payment_id, bank_code, card_number)

    def chosen_card(self, payment_id: int) -> tuple[str, str]:
        """Bank and card number; empty when none was chosen yet."""
        found = self._rows("select * from choice where payment_id = ?", payment_id)
        return (found[0]["bank_code"], found[0]["card_number"]) if found else ("", "")

    def finish(self, payment_id: int, response_code: str, status: str, bank_code: str, card_type: str) -> bool:
        """End an open payment and plan its IPN. False if it had ended before: no buyer can change a result."""
        plan, due = self._planned_ipn()
        # Like VNPAY: no transaction number when the buyer cancelled or came too late.
        number = "0" if response_code in {"11", "24"} else str(14_000_000 + payment_id)
        return bool(
            self._write(
                """update payment set response_code = ?, transaction_status = ?, transaction_no = ?,
                   bank_code = ?, bank_tran_no = ?, card_type = ?, pay_date = ?,
                   ipn_plan = ?, ipn_due = ?, ipn_repeat = ?
                   where id = ? and response_code is null""",
                response_code,
                status,
                number,
                bank_code,
                f"VNP{number}" if number != "0" else "",
                card_type,
                clock_text(),
                plan["ipn"],
                due,
                1 if plan["ipn"] == "twice" else 0,
                payment_id,
            )
        )

    def set_result(self, txn_ref: str, response_code: str, status: str) -> bool:
        """Change a result from outside, as a bank's second look does, and plan an IPN that tells it. False if unknown."""
        plan, due = self._planned_ipn()
        return bool(
            self._write(
                """update payment set response_code = ?, transaction_status = ?, ipn_plan = ?, ipn_due = ?, ipn_repeat = ?,
                   transaction_no = cast(14000000 + id as text), bank_tran_no = 'VNP' || (14000000 + id), pay_date = ?,
                   bank_code = coalesce(nullif(bank_code, ''), 'NCB'), card_type = coalesce(nullif(card_type, ''), 'ATM')
                   where txn_ref = ?""",
                response_code,
                status,
                plan["ipn"],
                due,
                1 if plan["ipn"] == "twice" else 0,
                clock_text(),
                txn_ref,
            )
        )

    def _planned_ipn(self) -> tuple[dict[str, Any], float | None]:
        """The plan, and when an IPN that is decided now is to be called (None: never)."""
        plan = self.plan()
        wait = plan["delay_ms"] / 1000 if plan["ipn"] == "delay" else 0.0
        return plan, None if plan["ipn"] == "never" else time.time() + wait

    def next_ipn(self) -> Row | None:
        """The payment whose IPN call is planned earliest, with the number of calls made so far."""
        found = self._rows(
            """select payment.*, (select count(*) from ipn_call where payment_id = payment.id) as ipn_calls
               from payment where ipn_due is not null order by ipn_due, id limit 1"""
        )
        return found[0] if found else None

    def record_ipn(self, payment_id: int, call: Row, due: float | None, repeat: int) -> None:
        """Keep one IPN call and plan the next one (None: no more)."""
        with self._open() as database:
            database.execute("begin immediate")
            database.execute(
                "insert into ipn_call (payment_id, sent_at, url, http_status, rsp_code, note) "
                "values (:payment_id, :sent_at, :url, :http_status, :rsp_code, :note)",
                call | {"payment_id": payment_id},
            )
            database.execute("update payment set ipn_due = ?, ipn_repeat = ? where id = ?", (due, repeat, payment_id))
            database.execute("commit")

    def is_new_request(self, request_id: str) -> bool:
        """Whether this vnp_RequestId is seen for the first time today; remembers it."""
        today = clock_text()[:8]
        self._write("delete from request where day <> ?", today)
        sql = "insert into request values (?, ?) on conflict do nothing"
        return bool(self._write(sql, request_id, today))

    def add_refund(self, payment_id: int, transaction_type: str, amount: int) -> Row | str:
        """Accept a refund: status 05 (being processed), with a transaction number of its own. Else the code of refusal:

        93 it would give back more than was paid, refunds in process counted; 04 a full refund after another one;
        94 the full refund is already being processed.
        """
        with self._open() as database:
            database.execute("begin immediate")
            last = database.execute("select coalesce(max(id), 0) as id from refund").fetchone()["id"]
            number = str(15_000_001 + last)
            paid = database.execute("select amount from payment where id = ?", (payment_id,)).fetchone()["amount"]
            earlier = database.execute(
                "select * from refund where payment_id = ? and status <> '09'", (payment_id,)
            ).fetchall()
            is_full = transaction_type == "02"
            if is_full and any(row["transaction_type"] == "02" and row["status"] != "00" for row in earlier):
                return "94"
            if is_full and (amount != paid or any(row["transaction_type"] == "03" for row in earlier)):
                return "04"
            if amount > paid - sum(row["amount"] for row in earlier):
                return "93"
            database.execute(
                """insert into refund (payment_id, transaction_no, transaction_type, amount, status, pay_date)
                   values (?, ?, ?, ?, '05', ?)""",
                (payment_id, number, transaction_type, amount, clock_text()),
            )
            database.execute("commit")
        return self._rows("select * from refund where transaction_no = ?", number)[0]

    def refunds(self, payment_id: int) -> list[Row]:
        """The refunds of a payment, oldest first."""
        return self._rows("select * from refund where payment_id = ? order by id", payment_id)

    def refund(self, transaction_no: str) -> Row | None:
        """One refund by its own number."""
        found = self._rows("select * from refund where transaction_no = ?", transaction_no)
        return found[0] if found else None

    def set_refund_status(self, transaction_no: str, status: str) -> bool:
        """Move a refund from outside (06 sent to the bank, 00 done, 09 rejected). False if it had already ended."""
        sql = "update refund set status = ? where transaction_no = ? and status in ('05', '06')"
        return bool(self._write(sql, status, transaction_no))

    def settle_refunds_before(self, pay_date: str) -> None:
        """Give back, at last, everything that was asked for before this time (VNPAY's fourteen digits)."""
        self._write("update refund set status = '00' where status in ('05', '06') and pay_date < ?", pay_date)

    def plan(self) -> dict[str, Any]:
        """How the double is told to behave."""
        found = self._rows("select body from plan")
        return NORMAL_PLAN | (json.loads(found[0]["body"]) if found else {})

    def set_plan(self, plan: dict[str, Any]) -> None:
        """Behave like this from now on; results that came before keep their own plan."""
        sql = "insert into plan values (1, ?) on conflict (id) do update set body = excluded.body"
        self._write(sql, json.dumps(plan))

    def everything(self) -> list[Row]:
        """All payments, oldest first, each with its IPN calls and refunds."""
        payments = self._rows("select * from payment order by id")
        for payment in payments:
            calls = self._rows("select * from ipn_call where payment_id = ? order by id", payment["id"])
            payment["ipn_calls"] = calls
            payment["refunds"] = self.refunds(payment["id"])
        return payments

    def forget(self) -> None:
        """Back to an empty, well-behaved gateway."""
        for table in ("payment", "request", "plan"):
            self._write(f"delete from {table}")
