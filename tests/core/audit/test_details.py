"""What changed in words: apart from the entry, encrypted, erasable. And the number of the request."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from core.audit.actions import erase_details, record
from core.audit.chain import digest
from core.audit.models import AuditDetail, AuditEntry
from core.audit.registry import action_labels, object_name, object_words, register_vocabulary
from core.kit.origin import WORKER, WithRequestId, origin, request_id_from, running
from tests.people import People

pytestmark = pytest.mark.django_db
CHANGES = {"số điện thoại": ("0912345678", "0987654321"), "tên": ("Lý", "Lý")}


def row_of(table: str) -> str:
    """Everything the table holds, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return str(cursor.fetchall())


def test_the_entry_keeps_a_digest_and_the_text_is_elsewhere_and_encrypted() -> None:
    record("grant.given", actor_id=1, object_label="producer:12", changes=CHANGES)
    detail = AuditDetail.objects.select_related("entry").get()
    assert detail.text == '{"số điện thoại":["0912345678","0987654321"]}'
    assert detail.entry.digest == digest(detail.salt, detail.text)
    for table in ("core_auditentry", "core_auditdetail"):
        assert "producer:12" in row_of("core_auditentry")  # these are the rows
        assert "0912345678" not in row_of(table) and "0987654321" not in row_of(table)


def test_the_same_change_twice_cannot_be_seen_to_be_the_same() -> None:
    for _ in range(2):
        record("grant.given", actor_id=1, object_label="producer:12", changes=CHANGES)
    first, second = AuditEntry.objects.values_list("digest", flat=True)
    assert len(first) == len(second) == 64 and first != second


def test_no_change_has_no_detail() -> None:
    record("grant.given", actor_id=1, object_label="producer:12", changes={"tên": ("Lý", "Lý")})
    record("grant.given", actor_id=1, object_label="producer:12")
    assert list(AuditEntry.objects.values_list("digest", flat=True)) == ["", ""]
    assert not AuditDetail.objects.exists()


def test_erasing_takes_the_text_and_leaves_the_entries() -> None:
    for label in ("producer:12", "producer:12", "producer:121"):
        record("grant.given", actor_id=1, object_label=label, changes=CHANGES)
    before = list(AuditEntry.objects.values().order_by("pk"))
    assert erase_details(object_labels=["producer:12", "household:3"], actor_id=7) == 2
    assert list(AuditDetail.objects.values_list("entry__object_label", flat=True)) == ["producer:121"]
    after = list(AuditEntry.objects.values().order_by("pk"))
    assert after[:3] == before
    told = [(entry["action"], entry["object_label"], entry["actor_id"]) for entry in after[3:]]
    assert told == [("audit.details_erased", "producer:12", 7)]


def test_where_it_came_from_is_noted() -> None:
    record("grant.given", actor_id=1, object_label="grant:1")
    with running(WORKER, "nightly-2026-05-01"):
        record("grant.given", actor_id=1, object_label="grant:1")
        record("grant.given", actor_id=1, object_label="grant:1", via="import")
    assert list(AuditEntry.objects.order_by("pk").values_list("via", "request_id")) == [
        ("command", ""), ("worker", "nightly-2026-05-01"), ("import", "nightly-2026-05-01"),
    ]  # fmt: skip


@pytest.mark.parametrize("sane", ["req-12345678", "4bf92f3577b34da6a3ce929d0e0e4736", "a.b_c-1234"])
def test_a_sane_request_number_of_the_caller_is_kept(client: Client, sane: str) -> None:
    assert client.get("/health/live", headers={"x-request-id": sane})["X-Request-Id"] == sane


@pytest.mark.parametrize(
    "mad", ["", "short", "x" * 41, "two words here", "a\nINFO forged line", "<script>alert", "-dash-first"]
)
def test_any_other_is_replaced(mad: str) -> None:
    made = request_id_from(mad)
    assert made != mad and len(made) == 16 and request_id_from(made) == made


def test_every_request_has_its_own_number_and_leaves_none_behind(client: Client) -> None:
    numbers = {client.get("/health/live")["X-Request-Id"] for _ in range(3)}
    assert len(numbers) == 3 and origin().request_id == ""


def test_the_log_line_carries_the_number() -> None:
    line = logging.LogRecord("x", logging.INFO, "x.py", 1, "words", (), None)
    assert WithRequestId().filter(line) and line.request_id == "-"  # type: ignore[attr-defined]
    with running("web", "req-12345678"):
        assert WithRequestId().filter(line) and line.request_id == "req-12345678"  # type: ignore[attr-defined]


def test_an_answer_of_the_site_stands_in_the_trail_under_its_number(client: Client, people: People) -> None:
    client.force_login(people.users["an"])
    answer = client.post("/nguoi-ban/gian-hang/", {"name": "Vườn anh An", "story": ""})
    assert answer.status_code == 302
    opened = AuditEntry.objects.get(action="shop.started")
    assert (opened.via, opened.request_id) == ("web", answer["X-Request-Id"])


def test_every_word_of_the_vocabulary_has_a_vietnamese_label() -> None:
    """A page never shows "listing.published". Give the words in `register_vocabulary` as a dict word → label."""
    labels = {word: label for word, label in action_labels().items() if not word.startswith("test.")}
    assert "listing.published" in labels
    assert [word for word, label in labels.items() if not label or "." in label] == []


def test_every_object_label_has_a_word() -> None:
    """Red after a new `object_label=f"boat:{…}"`: say what it is called with `register_objects`."""
    root = Path(__file__).resolve().parents[3]
    sources = [
        path for storey in ("core", "onboarding", "market", "ocop", "search") for path in (root / storey).rglob("*.py")
    ]
    used = {kind for path in sources for kind in re.findall(r'object_label=f"(\w+):', path.read_text(encoding="utf-8"))}
    assert {"producer", "order"} <= used and used - set(object_words()) == set()


def test_the_list_form_of_the_vocabulary_does_not_take_labels_away() -> None:
    register_vocabulary({"test.fished": "đánh cá"})
    register_vocabulary(["test.fished"])
    assert action_labels()["test.fished"] == "đánh cá"


def test_objects_are_named_in_words() -> None:
    assert [object_name(label) for label in ("producer:12", "boat:3", "rows:245")] == [
        "chủ thể số 12", "boat số 3", "danh sách số 245",
    ]  # fmt: skip
