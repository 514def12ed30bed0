"""The hash chain over the trail: what a person with all rights on the database can do to it, and how it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction

from core.audit import sealing, verifying
from core.audit.actions import erase_details, record
from core.audit.chain import START, entry_bytes
from core.audit.models import AuditDetail, AuditEntry, AuditSeal
from core.audit.sealing import COLUMNS, seal_due, seal_late, unsealed
from core.audit.verifying import verify_chain
from core.kit import clock


def write(count: int, **more: Any) -> None:
    with transaction.atomic():
        for number in range(count):
            record("grant.given", actor_id=7, object_label=f"grant:{number}", unit_code="22891", **more)


def tamper(*statements: str) -> None:
    """Raw SQL by somebody who may do everything: triggers and foreign keys are switched off first."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'core_audit%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            for table in ("core_auditentry", "core_auditseal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount != 0, f"did nothing: {statement}"


def verify(*arguments: str) -> tuple[int, str]:
    """Exit status and words of the command."""
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def trail(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Twenty sealed entries, sealed in runs of at most eight, checked in batches of six; their numbers."""
    monkeypatch.setattr(sealing, "AT_ONCE", 8)
    monkeypatch.setattr(verifying, "AT_ONCE", 6)
    first = AuditEntry.objects.count()
    assert first == 0
    write(5)
    assert seal_due() == 5
    write(15, changes={"tên": ("An", "Anh")})
    assert seal_due() == 15
    return list(AuditSeal.objects.order_by("position").values_list("entry_id", flat=True))


def test_sealing_goes_in_order_without_gaps_and_only_once(trail: list[int]) -> None:
    assert trail == list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    assert list(AuditSeal.objects.order_by("pk").values_list("position", flat=True)) == list(range(1, 21))
    assert (seal_due(), seal_late(), AuditSeal.objects.count()) == (0, 0, 20)
    head = AuditSeal.objects.get(position=20)
    assert verify() == (0, f"20 sealed entries intact\nhead 20:{head.hash}\n")
    assert verify("--details") == (0, f"20 sealed entries intact\n15 texts fit their digests\nhead 20:{head.hash}\n")


def test_an_empty_trail_is_intact(committed_db: None) -> None:
    assert verify() == (0, f"0 sealed entries intact\nhead 0:{START}\n")
    assert (seal_due(), seal_late()) == (0, 0)


def test_what_is_not_sealed_yet_is_counted(trail: list[int]) -> None:
    write(3)
    with time_machine.travel(clock.now() + timedelta(seconds=90), tick=False):
        status, words = verify()
    assert status == 0 and re.search(r"^3 unsealed, the oldest for (89|90|91) s$", words, re.MULTILINE)


BREAKS: dict[str, tuple[Callable[[list[int]], list[str]], int | None, int, str]] = {
    "edited": (lambda t: [f"UPDATE core_auditentry SET actor_id = 8 WHERE id = {t[6]}"], 7, 6, "was edited"),
    "last one edited": (lambda t: [f"UPDATE core_auditentry SET via = 'api' WHERE id = {t[19]}"], 20, 19, "was edited"),
    "first one edited": (lambda t: [f"UPDATE core_auditentry SET unit_code = '' WHERE id = {t[0]}"], 1, 0, "was edited"),
    "digest edited": (lambda t: [f"UPDATE core_auditentry SET digest = '' WHERE id = {t[9]}"], 10, 9, "was edited"),
    "deleted": (lambda t: [f"DELETE FROM core_auditentry WHERE id = {t[12]}"], 13, 12, "the entry was deleted"),
    "link gone": (lambda t: ["DELETE FROM core_auditseal WHERE position = 9"], 9, -1, "its link is missing"),
    "entry and link gone": (
        lambda t: ["DELETE FROM core_auditseal WHERE position = 9", f"DELETE FROM core_auditentry WHERE id = {t[8]}"],
        9, -1, "its link is missing",
    ),
    "link edited": (lambda t: [f"UPDATE core_auditseal SET hash = '{'a' * 64}' WHERE position = 4"], 4, 3, "was edited"),
    "sealing time edited": (
        lambda t: ["UPDATE core_auditseal SET sealed_at = '2026-01-01 00:00:00+00:00' WHERE position = 4"], 4, 3, "was edited"
    ),
    "reordered": (
        lambda t: [
            "UPDATE core_auditseal SET entry_id = -1 WHERE position = 14",
            f"UPDATE core_auditseal SET entry_id = {t[13]} WHERE position = 15",
            f"UPDATE core_auditseal SET entry_id = {t[14]} WHERE position = 14",
        ],
        14, 14, "reordered",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", BREAKS)
def test_the_first_broken_entry_is_named(trail: list[int], how: str) -> None:
    statements, position, entry, reason = BREAKS[how]
    tamper(*statements(trail))
    status, words = verify()
    number = f", entry {trail[entry]}" if entry >= 0 else ""
    assert status == 1 and f"BROKEN at position {position}{number}: " in words and reason in words
    assert words.startswith(f"{(position or 1) - 1} sealed entries intact\n")
    seal_due()
    assert verify()[0] == 1, "the sealer does not heal it"


def test_two_entries_that_changed_their_words_are_named_at_the_first(trail: list[int]) -> None:
    tamper(f"UPDATE core_auditentry SET object_label = 'grant:99' WHERE id IN ({trail[16]}, {trail[3]})")
    assert f"BROKEN at position 4, entry {trail[3]}: " in verify()[1]


@pytest.mark.parametrize("sealed_afterwards", [False, True])
def test_an_entry_put_in_with_an_old_time_is_named(trail: list[int], sealed_afterwards: bool) -> None:
    """Somebody writes yesterday's entry today, under a number that a rolled back writer left free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM core_auditentry")
        lowest, _ = cursor.fetchone()
    old = clock.now() - timedelta(days=2)
    tamper()
    AuditEntry.objects.create(id=lowest - 1, at=old, via="web", action="grant.given", object_label="grant:1")
    if sealed_afterwards:
        assert seal_due() == 1
    status, words = verify()
    assert status == 3
    where = f"position 21, entry {lowest - 1}" if sealed_afterwards else f"entry {lowest - 1}"
    assert f"DOUBTFUL: 1 with a time that does not fit, the first at {where}: the entry was put in" in words


def test_a_clock_wrong_for_a_day_hides_nothing_behind_it(trail: list[int]) -> None:
    with time_machine.travel(clock.now() + timedelta(days=40)):
        write(1)
        seal_due()
    write(3)
    seal_due()
    doubt = "DOUBTFUL: 1 with a time that does not fit, the first at position 22, "
    status, words = verify()
    assert status == 3 and "24 sealed entries intact\n" in words and doubt in words
    # Seen, found to be a clock, and noted: no more is said about it, but what comes later is looked at.
    head = words.split("head ")[1].strip()
    assert verify("--expect", head)[0] == 0
    assert verify("--expect", f"20:{AuditSeal.objects.get(position=20).hash}")[0] == 3
    low = trail[0] - 1
    old = clock.now() - timedelta(days=2)
    AuditEntry.objects.create(id=low, at=old, via="web", action="grant.given", object_label="grant:1")
    assert f"the first at entry {low}: the entry was put in" in verify("--expect", head)[1]
    seal_due()
    assert f"the first at position 25, entry {low}: the entry was put in" in verify("--expect", head)[1]
    last = AuditSeal.objects.get(position=24).entry_id
    tamper(f"UPDATE core_auditentry SET actor_id = 8 WHERE id = {last}")
    status, words = verify()
    assert status == 1 and f"BROKEN at position 24, entry {last}: " in words and doubt in words


def test_links_that_walk_back_in_small_steps_are_doubted(trail: list[int]) -> None:
    for hours in (20, 40):
        with time_machine.travel(clock.now() - timedelta(hours=hours)):
            write(1)
            seal_due()
    status, words = verify()
    assert status == 3 and "the first at position 22, " in words


def test_a_worker_that_slept_for_days_breaks_nothing(trail: list[int]) -> None:
    for days in (3, 5, 8):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            write(7)
    with time_machine.travel(clock.now() + timedelta(days=9)):
        assert seal_due() == 21  # in three runs of at most eight
        assert verify()[0] == 0


def test_a_tail_cut_off_shows_only_against_a_head_noted_outside(trail: list[int]) -> None:
    head = verify()[1].split("head ")[1].strip()
    tamper("DELETE FROM core_auditseal WHERE position > 17", f"DELETE FROM core_auditentry WHERE id > {trail[16]}")
    assert verify()[0] == 0
    status, words = verify("--expect", head)
    assert status == 1 and "BROKEN at position 20: the chain ends at 17: its tail was cut off" in words


def test_a_chain_written_anew_shows_only_against_a_head_noted_outside(trail: list[int]) -> None:
    noted = AuditSeal.objects.get(position=10)
    tamper(f"UPDATE core_auditentry SET actor_id = 8 WHERE id = {trail[6]}", "DELETE FROM core_auditseal")
    assert seal_due() == 20
    assert verify()[0] == 0
    status, words = verify("--expect", f"10:{noted.hash}")
    assert status == 1 and "BROKEN at position 10" in words and "rewritten" in words


def test_an_untouched_chain_fits_every_head_noted_earlier(trail: list[int]) -> None:
    noted = [f"{seal.position}:{seal.hash}" for seal in AuditSeal.objects.filter(position__in=[1, 10, 20])]
    write(4)
    seal_due()
    assert verify(*(part for each in noted for part in ("--expect", each)))[0] == 0


def test_a_text_that_was_edited_is_named_and_an_erased_one_is_not_missed(trail: list[int]) -> None:
    erase_details(object_labels=["grant:3"], actor_id=None)
    seal_due()
    assert verify("--details")[0] == 0
    AuditDetail.objects.filter(pk=trail[11]).update(text='{"tên":["An","Bình"]}')
    status, words = verify("--details")
    assert status == 1 and f"BROKEN at position 12, entry {trail[11]}: the text of the change was edited" in words
    assert verify()[0] == 0, "the chain itself is whole"


@pytest.mark.parametrize("how", ["edited", "key lost"])
def test_a_text_that_cannot_be_read_is_named(trail: list[int], how: str, settings: Any) -> None:
    if how == "edited":
        tamper(f"UPDATE core_auditdetail SET text = 'garbage' WHERE entry_id = {trail[11]}")
        where = f"position 12, entry {trail[11]}"
    else:
        settings.FIELD_KEYS = ["another key of thirty-two letters"]
        where = f"position 6, entry {trail[5]}"
    status, words = verify("--details")
    assert status == 1 and f"BROKEN at {where}: the text of the change cannot be read" in words


def test_what_comes_very_late_is_found_by_the_hourly_run(trail: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "LOOK_BACK", 3)
    low = trail[0] - 1
    AuditEntry.objects.create(id=low, at=clock.now(), via="web", action="grant.given", object_label="grant:1")
    assert not unsealed(3).exists() and unsealed(None).count() == 1
    assert seal_late() == 1
    assert AuditSeal.objects.get(entry_id=low).position == 21 and verify()[0] == 0


def test_a_column_added_later_leaves_old_hashes_as_they_are(trail: list[int]) -> None:
    columns = AuditEntry.objects.values(*COLUMNS)[0]
    assert entry_bytes(columns | {"on_behalf_of_label": "", "place_id": None}) == entry_bytes(columns)
    assert entry_bytes(columns | {"on_behalf_of_label": "producer:1"}) != entry_bytes(columns)


def test_bytes_do_not_depend_on_the_zone_in_which_a_moment_is_read(trail: list[int]) -> None:
    columns = AuditEntry.objects.values(*COLUMNS)[0]
    assert entry_bytes(columns | {"at": columns["at"].astimezone(clock.VIETNAM)}) == entry_bytes(columns)


def test_the_walk_goes_on_while_others_write_and_seal(trail: list[int]) -> None:
    def meanwhile(done: int) -> None:
        write(3)
        seal_due()

    verdict = verify_chain(progress=meanwhile)
    assert (verdict.broken, verdict.checked) == (None, 20)
    assert AuditSeal.objects.count() > 20


def test_a_head_that_is_none_is_refused() -> None:
    for wrong in ("12", "0:" + "a" * 64, "1:xyz", "1:" + "A" * 64):
        with pytest.raises(Exception, match="POSITION:HASH"):
            verify("--expect", wrong)
