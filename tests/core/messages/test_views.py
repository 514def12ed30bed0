"""The inbox, the choices, the operator's page: each sees their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.messages.actions import mark_read
from core.messages.jobs import send_due
from core.messages.models import Message, MessageChoice
from core.people.models import User
from tests.core.messages.conftest import REFUSED, UNKNOWN, Scripted, say
from tests.people import People

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]


@pytest.fixture
def browser(people: People) -> Browser:
    users = people.users | {"quantri": User.objects.create_superuser(username="quantri", full_name="Quản trị")}
    Message.objects.all().delete()  # what making people said

    def make(name: str) -> Client:
        client = Client()
        client.force_login(users[name])
        return client

    return make


def letter_of(user: User, key: str = "k1", name: str = "An") -> Message:
    return next(message for message in say(user=user, key=key, name=name) if message.channel == "inbox")


def test_an_reads_his_letter(people: People, browser: Browser) -> None:
    letter = letter_of(people.users["an"], name="<b>An & Bình</b>")
    an = browser("an")
    page = an.get("/hop-thu/").content.decode()
    assert "Chào &lt;b&gt;An &amp; Bình&lt;/b&gt;" in page and "Bạn có 1 tin chưa đọc." in page and "Chưa đọc." in page
    opened = an.get(reverse("inbox_letter", args=[letter.reference]))
    assert "Dòng hai của &lt;b&gt;An &amp; Bình&lt;/b&gt;." in opened.content.decode()
    first = Message.objects.get(pk=letter.pk).read_at
    assert first is not None
    an.get(reverse("inbox_letter", args=[letter.reference]))
    assert Message.objects.get(pk=letter.pk).read_at == first
    page = an.get("/hop-thu/").content.decode()
    assert "Không có tin nào chưa đọc." in page and "Chưa đọc." not in page


@pytest.mark.parametrize("name", ["binh", "dung", "chi", "phuong", "quantri"])
def test_nobody_reads_the_letters_of_another(people: People, browser: Browser, name: str) -> None:
    letter = letter_of(people.users["an"], name="chuyện riêng")
    other = browser(name)
    unknown = reverse("inbox_letter", args=["00000000-0000-4000-8000-000000000000"])
    refused, missing = other.get(reverse("inbox_letter", args=[letter.reference])), other.get(unknown)
    assert refused.status_code == missing.status_code == 404
    assert "chuyện riêng" not in other.get("/hop-thu/").content.decode()
    other.post(reverse("inbox_all_read"))
    assert Message.objects.get(pk=letter.pk).read_at is None


def test_an_sms_is_no_letter(scripted: Scripted, people: People, browser: Browser) -> None:
    an = people.users["an"]
    User.objects.filter(pk=an.pk).update(email="an@vuon.example")
    an.refresh_from_db()
    sent = next(message for message in say(user=an) if message.channel == "email")
    assert browser("an").get(reverse("inbox_letter", args=[sent.reference])).status_code == 404


def test_all_read_is_ones_own(people: People, browser: Browser) -> None:
    mine = [letter_of(people.users["an"], key=f"k{number}") for number in range(3)]
    others = letter_of(people.users["binh"])
    answer = browser("an").post(reverse("inbox_all_read"), follow=True)
    assert "Đã đánh dấu 3 tin là đã đọc." in answer.content.decode()
    unread = Message.objects.filter(read_at=None, channel="inbox").values_list("pk", flat=True)
    assert list(unread) == [others.pk] and len(mine) == 3


def test_many_letters_come_in_pages_at_a_fixed_price(people: People, browser: Browser) -> None:
    letter_of(people.users["an"], key="first")
    an = browser("an")
    costs = []
    for number in range(2):
        an.get("/hop-thu/")
        with CaptureQueriesContext(connection) as queries:
            answer = an.get("/hop-thu/")
        costs.append(len(queries))
        assert ("Trang 1/2" in answer.content.decode()) == bool(number)
        for more in range(30):
            letter_of(people.users["an"], key=f"k{more}")
    assert costs[0] == costs[1]
    assert an.get("/hop-thu/?page=2").status_code == an.get("/hop-thu/?page=xyz").status_code == 200


def test_the_number_stands_in_the_page_head_and_costs_strangers_nothing(people: People, browser: Browser) -> None:
    letter_of(people.users["an"])
    assert "Hộp thư (1)" in browser("an").get("/tim-kiem").content.decode()
    page = browser("dung").get("/tim-kiem").content.decode()
    assert "Hộp thư" in page and "Hộp thư (" not in page
    with CaptureQueriesContext(connection) as queries:
        page = Client().get("/dang-nhap/").content.decode()
    assert "Hộp thư" not in page and not [query for query in queries if "core_message" in query["sql"]]


def test_an_chooses(people: People, browser: Browser) -> None:
    an = browser("an")
    page = an.get("/tai-khoan/tin-nhan/").content.decode()
    assert page.count(" checked") == 1  # his own affairs; no advert is ticked before he does it
    an.post("/tai-khoan/tin-nhan/", {"service_email": "on", "advert_sms": "on"})
    made = MessageChoice.objects.order_by("channel", "purpose").values_list("channel", "purpose", "allowed", "how")
    assert list(made) == [("sms", "advert", True, "page"), ("sms", "service", False, "page")]
    an.post("/tai-khoan/tin-nhan/", {"service_email": "on", "advert_sms": "on"})
    assert MessageChoice.objects.count() == 2  # nothing new was said
    an.post("/tai-khoan/tin-nhan/", {})
    newest = MessageChoice.objects.latest("pk")
    assert MessageChoice.objects.count() == 3 and newest.allowed is False
    assert "Bạn chưa có số điện thoại" in page and "thư điện tử" not in page  # no page takes an address
    User.objects.filter(username="binh").update(email="binh@example.org")
    assert browser("binh").get("/tai-khoan/tin-nhan/").content.decode().count(" checked") == 2
    assert not MessageChoice.objects.exclude(user=people.users["an"]).exists()


def stopped(scripted: Scripted, result: Any, key: str) -> Message:
    scripted.answers = [result]
    [message] = say("test.urgent", key=key)
    send_due({"message": message.pk})
    return message


def test_the_operator_sees_what_stopped_and_sends_it_again(scripted: Scripted, browser: Browser) -> None:
    messages = [stopped(scripted, REFUSED, "k1"), stopped(scripted, REFUSED, "k2"), stopped(scripted, UNKNOWN, "k3")]
    operator = browser("quantri")
    page = operator.get("/ban-viec/tin-nhan/").content.decode()
    assert "Không gửi được. Số bị chặn." in page and "Gửi lại 2 tin" in page and "Gửi lại 1 tin" in page
    assert "091… …678" in page
    for hidden in ("0912345678", "912345678", "0912 345 678", "Tin cua An"):
        assert hidden not in page
    chosen = {"kind": "test.urgent", "channel": "sms", "state": "failed", "reason": "99", "sentence": "Số bị chặn."}
    operator.post("/ban-viec/tin-nhan/gui-lai", chosen)
    states = [Message.objects.get(pk=message.pk).state for message in messages]
    assert states == ["waiting", "waiting", "unknown"]
    assert (
        "Không còn tin nào như vậy" in operator.post("/ban-viec/tin-nhan/gui-lai", chosen, follow=True).content.decode()
    )
    # A form made by hand reaches only what is stopped.
    waiting = say("test.urgent", key="k4")[0]
    operator.post("/ban-viec/tin-nhan/gui-lai", chosen | {"state": "waiting", "reason": "", "sentence": ""})
    assert Message.objects.get(pk=waiting.pk).tries == 0


@pytest.mark.parametrize("name", ["an", "chi", "phuong"])
def test_others_do_not_find_the_operators_page(scripted: Scripted, browser: Browser, name: str) -> None:
    message = stopped(scripted, REFUSED, "k1")
    client = browser(name)
    chosen = {"kind": "test.urgent", "channel": "sms", "state": "failed", "reason": "99", "sentence": "Số bị chặn."}
    assert client.get("/ban-viec/tin-nhan/").status_code == 404
    assert client.post("/ban-viec/tin-nhan/gui-lai", chosen).status_code == 404
    assert Message.objects.get(pk=message.pk).state == "failed"


def test_marking_the_letter_of_another_does_nothing(people: People, browser: Browser) -> None:
    letter = letter_of(people.users["an"])
    mark_read(message=letter, by=people.viewer("dung"))
    assert Message.objects.get(pk=letter.pk).read_at is None
    mark_read(message=letter, by=people.viewer("an"))
    assert Message.objects.get(pk=letter.pk).read_at is not None
