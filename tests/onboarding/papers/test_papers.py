"""Papers: kept once, checked by a second person, seen by few, said to end in time."""

from __future__ import annotations

import os
import time
import unicodedata
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from core.audit.models import AuditDetail, AuditEntry
from core.desk.registry import todos_for
from core.kit import clock
from core.messages.models import Message
from core.people.queries import SYSTEM
from onboarding.papers.actions import (
    PaperFacts,
    PaperRefused,
    check_paper,
    record_paper,
    remove_stray_scans,
    restore_paper,
    say_mismatch,
    withdraw_paper,
)
from onboarding.papers.jobs import tell_of_ending_papers
from onboarding.papers.models import Paper
from onboarding.papers.queries import PublicPaper, counting, kinds_in_force, public_words
from onboarding.papers.rules import State, can_check, is_in_force, state_of
from onboarding.papers.scanning import read_scan
from onboarding.producers.actions import add_member
from tests.people import People, jpeg, make_producer

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def facts(number: str = "VG-01", until: date | None = None, since: date | None = None) -> PaperFacts:
    return PaperFacts("vietgap", number, "Chi cục QLCL Bình Thuận", since or date(2026, 1, 5), until, "hạt điều")


def kept(people: People, **options: date | None) -> Paper:
    return record_paper(producer=people.producer, facts=facts(**options), by=people.viewer("an"))  # type: ignore[arg-type]


def said() -> QuerySet[Message]:
    return Message.objects.filter(kind="paper.ending")


def browser(people: People, name: str) -> Client:
    client = Client()
    client.force_login(people.users[name])
    return client


POSTED = {
    "kind": "vietgap", "number": "VG-77", "issuer": "Chi cục", "scope": "", "issued_on": "2026-01-05", "valid_until": "",
}  # fmt: skip


class TestStates:
    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2026, 1, 4), State.NOT_YET), (date(2026, 1, 5), State.IN_FORCE), (date(2026, 10, 1), State.IN_FORCE),
            (date(2026, 10, 2), State.ENDING), (date(2026, 12, 1), State.ENDING), (date(2026, 12, 2), State.ENDED),
        ],
    )  # fmt: skip
    def test_computed_from_the_dates_with_both_ends_included(self, people: People, day: date, state: State) -> None:
        paper = kept(people, until=date(2026, 12, 1))
        assert state_of(paper, day) == state
        assert is_in_force(paper, day) == (state in {State.IN_FORCE, State.ENDING})

    def test_without_a_last_day_it_is_undated_and_counts(self, people: People) -> None:
        paper = kept(people)
        assert (state_of(paper, date(2040, 1, 1)), is_in_force(paper, date(2040, 1, 1))) == (State.UNDATED, True)

    def test_what_counts_is_read_in_one_query(self, people: People, django_assert_num_queries: object) -> None:
        first = kept(people, number="A", until=date(2026, 12, 1))
        kept(people, number="B", until=date(2026, 2, 1))
        gone = kept(people, number="C")
        withdraw_paper(paper=gone, by=people.viewer("an"))
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert list(Paper.objects.filter(counting(date(2026, 6, 1)))) == [first]
        assert kinds_in_force(Paper.objects.all(), date(2026, 6, 1)) == {"vietgap"}
        assert kinds_in_force(Paper.objects.all(), date(2025, 6, 1)) == frozenset()

    def test_buyers_read_words_and_no_more(self, people: People) -> None:
        paper = kept(people, until=date(2026, 12, 1))
        assert public_words(paper) == PublicPaper(
            "VietGAP", "VG-01", "Chi cục QLCL Bình Thuận", "hạt điều", date(2026, 1, 5), date(2026, 12, 1), False
        )


class TestRecording:
    def test_the_owner_and_the_helper_may_others_not(self, people: People) -> None:
        kept(people)
        record_paper(producer=people.producer, facts=facts("VG-02"), by=people.viewer("binh"))
        for name in ("dung", "chi", "hanh", "phuong"):
            with pytest.raises(PermissionError):
                record_paper(producer=people.producer, facts=facts("VG-03"), by=people.viewer(name))
        assert Paper.objects.count() == 2
        last = AuditEntry.objects.filter(action="paper.recorded").order_by("pk").last()
        assert last is not None and (last.actor_id, last.on_behalf_of_id) == (
            people.users["binh"].pk, people.users["an"].pk,
        )  # fmt: skip

    def test_the_same_paper_is_kept_once(self, people: People) -> None:
        kept(people)
        with pytest.raises(PaperRefused):
            kept(people)
        assert Paper.objects.count() == 1

    def test_a_last_day_before_the_first_is_refused(self, people: People) -> None:
        with pytest.raises(PaperRefused):
            kept(people, until=date(2025, 1, 1))
        assert not Paper.objects.exists()

    def test_withdrawn_and_taken_back(self, people: People) -> None:
        paper = kept(people)
        with pytest.raises(PermissionError):
            withdraw_paper(paper=paper, by=people.viewer("chi"))
        assert withdraw_paper(paper=paper, by=people.viewer("an")).withdrawn_at is not None
        anew = kept(people)
        with pytest.raises(PaperRefused):
            restore_paper(paper=paper, by=people.viewer("an"))
        withdraw_paper(paper=anew, by=people.viewer("an"))
        assert restore_paper(paper=paper, by=people.viewer("an")).withdrawn_at is None


class TestChecking:
    def test_by_an_officer_of_the_commune_who_did_not_record_it(self, people: People) -> None:
        paper = kept(people)
        for name in ("an", "binh", "dung", "hanh", "phuong"):
            with pytest.raises(PermissionError):
                check_paper(paper=paper, by=people.viewer(name))
        assert Paper.objects.get().checked_at is None
        assert check_paper(paper=paper, by=people.viewer("chi")).checked_by == people.users["chi"]

    def test_never_by_an_officer_who_acts_for_the_producer(self, people: People) -> None:
        paper = kept(people)
        add_member(user=people.users["chi"], producer=people.producer, right="acting", by=SYSTEM, how="bài thử")
        assert not can_check(people.viewer("chi"), paper)
        own = record_paper(producer=people.producer, facts=facts("VG-09"), by=people.viewer("chi"))
        assert not can_check(people.viewer("chi"), own)

    def test_the_worklist_offers_what_one_may(self, people: People) -> None:
        paper = kept(people)
        officer = browser(people, "chi")
        assert "VG-01" in officer.get(reverse("commune_papers")).content.decode()
        assert ["giấy tờ đang chờ" in todo.sentence for todo in todos_for(people.viewer("chi"))].count(True) == 1
        officer.post(reverse("commune_paper_check", args=[paper.pk]))
        assert Paper.objects.get().checked_by == people.users["chi"]
        assert not any("giấy tờ đang chờ" in todo.sentence for todo in todos_for(people.viewer("chi")))

    def test_elsewhere_there_is_nothing_to_check(self, people: People) -> None:
        paper = kept(people)
        for name in ("an", "hanh", "phuong"):
            assert browser(people, name).post(reverse("commune_paper_check", args=[paper.pk])).status_code == 404
        assert Paper.objects.get().checked_at is None


class TestMismatch:
    WHY = "Số trên giấy là VG-10."

    def test_buyers_see_it_no_more_and_its_people_are_told(self, people: People) -> None:
        paper = kept(people)
        address = reverse("commune_paper_mismatch", args=[paper.pk])
        officer = browser(people, "chi")
        assert f'href="{address}"' in officer.get(reverse("commune_papers")).content.decode()
        assert officer.post(address, {"reason": "  "}).status_code == 200
        assert Paper.objects.get().mismatch_at is None
        assert officer.post(address, {"reason": self.WHY}).status_code == 302
        paper.refresh_from_db()
        assert (paper.mismatch, paper.mismatch_by, paper.checked_at) == (self.WHY, people.users["chi"], None)
        assert not is_in_force(paper, date(2026, 6, 1)) and not Paper.objects.filter(counting(date(2026, 6, 1)))
        told = Message.objects.filter(kind="paper.mismatch").order_by("user_id")
        assert [each.user.username for each in told] == ["an", "binh"]  # type: ignore[union-attr]
        assert all(self.WHY in each.text and each.link == reverse("seller_papers") for each in told)
        assert AuditEntry.objects.filter(action="paper.mismatch", actor_id=people.users["chi"].pk).count() == 1
        assert self.WHY in browser(people, "an").get(reverse("seller_papers")).content.decode()
        assert any(self.WHY in todo.sentence for todo in todos_for(people.viewer("an")))
        assert not any("giấy tờ đang chờ" in todo.sentence for todo in todos_for(people.viewer("chi")))

    def test_a_new_one_takes_its_place(self, people: People) -> None:
        paper = say_mismatch(paper=kept(people), reason=self.WHY, by=people.viewer("chi"))
        anew = kept(people)
        paper.refresh_from_db()
        assert paper.withdrawn_at is not None and is_in_force(anew, date(2026, 6, 1))
        with pytest.raises(PaperRefused):
            check_paper(paper=paper, by=people.viewer("chi"))

    def test_an_officer_who_erred_checks_it_after_all(self, people: People) -> None:
        paper = say_mismatch(paper=kept(people), reason=self.WHY, by=people.viewer("chi"))
        with pytest.raises(PaperRefused):
            say_mismatch(paper=paper, reason="lần nữa", by=people.viewer("chi"))
        paper = check_paper(paper=paper, by=people.viewer("chi"))
        paper.refresh_from_db()
        assert (paper.mismatch, paper.mismatch_at, paper.checked_by) == ("", None, people.users["chi"])
        with pytest.raises(PaperRefused):
            say_mismatch(paper=paper, reason="nữa", by=people.viewer("chi"))

    def test_nobody_else_and_never_without_a_reason(self, people: People) -> None:
        paper = kept(people)
        before = (Paper.objects.values().get(), AuditEntry.objects.count(), Message.objects.count())
        for name in ("an", "binh", "dung", "hanh", "phuong"):
            with pytest.raises(PermissionError):
                say_mismatch(paper=paper, reason=self.WHY, by=people.viewer(name))
            address = reverse("commune_paper_mismatch", args=[paper.pk])
            assert browser(people, name).post(address, {"reason": self.WHY}).status_code == 404
        with pytest.raises(ValueError, match="reason"):
            say_mismatch(paper=paper, reason="", by=people.viewer("chi"))
        assert (Paper.objects.values().get(), AuditEntry.objects.count(), Message.objects.count()) == before


class TestScan:
    def post(self, people: People, content: bytes, name: str) -> str:
        data = POSTED | {"scan": SimpleUploadedFile(name, content)}
        return browser(people, "an").post(reverse("seller_paper_new"), data).content.decode()  # type: ignore[no-any-return]

    def test_a_photo_is_drawn_anew_and_stays_private(self, people: People) -> None:
        raw = jpeg()
        assert self.post(people, raw, "../../giấy.html") == ""
        paper = Paper.objects.get()
        with paper.scan.open("rb") as file:
            stored = file.read()
        assert (paper.scan_type, stored[:3]) == ("image/jpeg", b"\xff\xd8\xff")
        assert stored != raw and paper.scan.name.startswith("papers/") and paper.scan.name.endswith(".jpg")
        assert not storages["default"].exists(paper.scan.name)

    def test_a_pdf_is_handed_out_to_be_saved_only(self, people: People) -> None:
        assert self.post(people, PDF, "giay.pdf") == ""
        paper = Paper.objects.get()
        for name in ("an", "binh", "chi"):
            answer = browser(people, name).get(reverse("paper_scan", args=[paper.pk]))
            assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
            assert answer["Content-Disposition"] == f'attachment; filename="giay-to-{paper.pk}.pdf"'
            assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Type"] == "application/pdf"
        for name in ("dung", "hanh", "phuong", "buu"):
            assert browser(people, name).get(reverse("paper_scan", args=[paper.pk])).status_code == 404

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"<html><script>alert(1)</script>", "không phải ảnh hay PDF"),
            (b"%PDF-1.4 cut in the mid", "PDF này bị hỏng"),
            (b"\xff\xd8\xff broken", "không mở được"),
        ],
    )
    def test_anything_else_is_refused_and_nothing_typed_is_lost(
        self, people: People, content: bytes, sentence: str
    ) -> None:
        page = self.post(people, content, "giay.pdf")
        assert sentence in unicodedata.normalize("NFC", page) and "VG-77" in page
        assert not Paper.objects.exists()

    def test_a_refused_paper_leaves_no_file(self, people: People) -> None:
        kept(people)
        scan = read_scan(SimpleUploadedFile("x.pdf", PDF))
        with pytest.raises(PaperRefused):
            record_paper(producer=people.producer, facts=facts(), by=people.viewer("an"), scan=scan)
        storage = Paper._meta.get_field("scan").storage
        assert not storage.exists("papers") or storage.listdir("papers")[1] == []


class TestTheEnd:
    def test_a_word_at_each_mark_and_never_twice(self, people: People) -> None:
        today = clock.today()
        paper = kept(people, until=today + timedelta(61))
        assert (tell_of_ending_papers(), said().count()) == (0, 0)
        Paper.objects.update(valid_until=today + timedelta(60))
        assert tell_of_ending_papers() == tell_of_ending_papers() == 1
        told = list(said().order_by("user_id").values_list("user__username", "kind"))
        assert told == [("an", "paper.ending"), ("binh", "paper.ending")]
        assert "Chi cục QLCL" in said()[0].text and "VG-01" not in said()[0].text
        Paper.objects.filter(pk=paper.pk).update(valid_until=today + timedelta(7))
        tell_of_ending_papers()
        assert said().count() == 4

    def test_not_about_what_was_withdrawn_or_has_ended(self, people: People) -> None:
        today = clock.today()
        withdraw_paper(paper=kept(people, until=today + timedelta(5)), by=people.viewer("an"))
        kept(people, number="X", since=date(2020, 1, 1), until=today - timedelta(1))
        assert (tell_of_ending_papers(), said().count()) == (0, 0)

    def test_the_owner_reads_it_as_a_thing_to_do(self, people: People) -> None:
        today = clock.today()
        kept(people, number="A", until=today + timedelta(30))
        kept(people, number="B", since=date(2020, 1, 1), until=today - timedelta(1))
        kept(people, number="C", until=today + timedelta(90))
        found = [(todo.sentence, todo.urgency, todo.kind) for todo in todos_for(people.viewer("an"))]
        assert [each for each in found if "VietGAP" in each[0]] == [
            (f"VietGAP B đã hết hạn ngày {today - timedelta(1):%d/%m/%Y}.", 2, "bad"),
            (f"VietGAP A hết hạn ngày {today + timedelta(30):%d/%m/%Y}.", 3, "warn"),
        ]
        assert not any("VietGAP" in todo.sentence for todo in todos_for(people.viewer("dung")))


class TestPages:
    def test_the_neighbour_sees_none_of_it(self, people: People) -> None:
        paper = kept(people)
        other = make_producer("Hộ Dũng", people.hamlet)
        add_member(user=people.users["dung"], producer=other, right="owner", by=SYSTEM, how="bài thử")
        dung = browser(people, "dung")
        assert "VG-01" not in dung.get(reverse("seller_papers")).content.decode()
        for name in ("seller_paper_withdraw", "seller_paper_restore"):
            assert dung.post(reverse(name, args=[paper.pk])).status_code == 404
        assert Paper.objects.get().withdrawn_at is None

    def test_withdrawing_offers_the_way_back(self, people: People) -> None:
        paper = kept(people)
        an = browser(people, "an")
        page = an.post(reverse("seller_paper_withdraw", args=[paper.pk])).content.decode()
        assert reverse("seller_paper_restore", args=[paper.pk]) in page
        an.post(reverse("seller_paper_restore", args=[paper.pk]))
        assert Paper.objects.get().withdrawn_at is None

    @pytest.mark.parametrize("rows", [1, 25])
    def test_lists_cost_the_same_for_one_and_many(
        self, people: People, rows: int, django_assert_num_queries: object
    ) -> None:
        for number in range(rows):
            kept(people, number=f"N-{number}", until=date(2027, 1, 1))
        for name, address, queries in (("an", "seller_papers", 10), ("chi", "commune_papers", 7)):
            client = browser(people, name)
            client.get(reverse(address))
            with django_assert_num_queries(queries):  # type: ignore[operator]
                assert client.get(reverse(address)).status_code == 200


def test_scans_that_a_crash_left_go_after_a_day(people: People) -> None:
    storage = storages["private"]
    scan = read_scan(SimpleUploadedFile("giay.pdf", PDF, "application/pdf"))
    paper = record_paper(producer=people.producer, facts=facts(), by=people.viewer("an"), scan=scan)
    old, young = storage.save("papers/old.pdf", ContentFile(b"x")), storage.save("papers/young.pdf", ContentFile(b"x"))
    then = time.time() - timedelta(days=1, minutes=1).total_seconds()
    for name in (old, paper.scan.name):
        os.utime(storage.path(name), (then, then))
    assert remove_stray_scans() == 1
    assert [storage.exists(name) for name in (old, young, paper.scan.name)] == [False, True, True]


def test_a_personal_number_is_encrypted_masked_and_in_no_trail(people: People) -> None:
    number = "079123456789"
    made = PaperFacts("business", number, "UBND", date(2026, 1, 5))
    scan = read_scan(SimpleUploadedFile("x.pdf", PDF))
    paper = record_paper(producer=people.producer, facts=made, by=people.viewer("an"), scan=scan)
    with pytest.raises(PaperRefused, match="đã được ghi rồi"):
        record_paper(producer=people.producer, facts=made, by=people.viewer("an"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM onboarding_paper")
        assert number not in str(cursor.fetchall())
    assert not any(number in detail.text for detail in AuditDetail.objects.all())
    for name, address in (("an", "seller_papers"), ("chi", "commune_papers")):
        html = browser(people, name).get(reverse(address)).content.decode()
        assert number not in html and "…789" in html
    before = AuditEntry.objects.count()
    assert browser(people, "dung").get(reverse("paper_scan", args=[paper.pk])).status_code == 404
    assert AuditEntry.objects.count() == before
    browser(people, "chi").get(reverse("paper_scan", args=[paper.pk]))
    taken = AuditEntry.objects.latest("pk")
    assert (taken.action, taken.actor_id) == ("paper.scan_taken", people.users["chi"].pk)
