"""What decides: the first look in the window, by our robot or by somebody to whom it was new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from core.audit.models import AuditEntry
from core.people.models import Role, User
from market.platforms.pages.judging import Verdict, unclear
from market.platforms.pages.registry import page_sources
from ocop.frames.models import Frame, FrameHousehold
from ocop.presence.models import PresenceLink
from ocop.rechecks.actions.looking import RecheckRefused, record_look, settle, settle_due
from ocop.rechecks.checking import DRAWN_PAGES, pages_for_people, pages_for_robot
from ocop.rechecks.checking import page_of as due_page
from ocop.rechecks.models import RecheckConclusion, RecheckDraw, RecheckItem, RecheckLook, RecheckPage
from ocop.rechecks.queries import survival_of, survivals, waiting_pages
from ocop.rechecks.rules import DECIDED, OVER, YOU_COULD_NOT_TELL, YOU_KNEW_IT, YOU_SELL, is_same_name
from ocop.rechecks.survival import Survival
from ocop.rechecks.todos import recheck_todos
from ocop.snapshots.actions import restate
from ocop.snapshots.models import Snapshot
from onboarding.accounts.actions import close_account
from onboarding.accounts.models import AccountReport, Observation, PlatformAccount, RobotPermission
from onboarding.producers.models import Membership
from tests.ocop.conftest import Land, framed, household, moment, person, platform, viewer
from tests.ocop.conftest import account as account_of
from tests.ocop.conftest import producer as producer_of
from tests.ocop.rechecks.world import ON, at, counted, day, drew, page_of, seen

Fill = Callable[[int, date], None]


@pytest.fixture
def made(land: Land, phuong: User, fill: Fill) -> Snapshot:
    """One household and one product, counted."""
    fill(1, ON)
    return counted(land, phuong)


def told(draw: RecheckDraw, on_day: int = 31) -> Survival:
    """What is known of a draw that day."""
    with at(on_day):
        settle_due()
        return survivals([draw])[draw.pk]


def numbers(found: Survival) -> tuple[int, int, int, int, int]:
    return found.there, found.gone, found.unclear, found.late, found.waiting


@pytest.mark.parametrize(
    ("moment_of_look", "expected"),
    [
        ((6, 23), (0, 0, 0, 1, 0)),  # before the draw: nobody knew
        ((7, 0), (1, 0, 0, 0, 0)),
        ((30, 23), (1, 0, 0, 0, 0)),
        ((31, 0), (0, 0, 0, 1, 0)),  # a late look changes nothing
    ],
)
def test_the_window_ends_at_midnights_of_vietnam(
    made: Snapshot, moment_of_look: tuple[int, int], expected: tuple[int, ...]
) -> None:
    draw = drew()
    link = page_of(draw).link
    assert link is not None
    seen(link, day(*moment_of_look))
    assert numbers(told(draw)) == expected
    assert numbers(told(draw, 60)) == expected


def test_before_the_end_it_waits_and_after_it_is_late(made: Snapshot) -> None:
    draw = drew()
    assert numbers(told(draw, 30)) == (0, 0, 0, 0, 1)
    found = told(draw, 31)
    assert (numbers(found), found.words, found.rest) == ((0, 0, 0, 1, 0), "", "1 không kiểm tra được trong hạn.")
    with at(31):
        assert survival_of(made)["I1"] == found


def test_the_first_look_decides_and_none_after_it(made: Snapshot, phuong: User) -> None:
    draw = drew()
    link = page_of(draw).link
    assert link is not None
    seen(link, day(9), "gone")
    seen(link, day(8), "live")
    found = told(draw, 10)
    assert numbers(found) == (1, 0, 0, 0, 0)
    assert (found.words, found.rest) == ("1/1 (100,0\u00a0%), khoảng tin cậy 95 %: 20,6–100,0\u00a0%", "")
    look = RecheckLook.objects.get()
    assert (look.result, look.at, look.looked_by) == ("there", day(8), None)
    with at(11):
        assert settle(draw=draw) == 0
        with pytest.raises(RecheckRefused, match=DECIDED[:30]):
            record_look(page=page_of(draw), result="gone", note="không thấy", by=viewer(phuong))
    assert RecheckLook.objects.count() == 1


def test_a_look_that_nobody_has_taken_over_yet_comes_before_a_person_s(made: Snapshot, phuong: User) -> None:
    draw = drew()
    page = page_of(draw)
    assert page.link is not None
    seen(page.link, day(8), "gone")
    before = Observation.objects.count()
    with at(9), pytest.raises(RecheckRefused, match="đã có kết quả"):
        record_look(page=page, result="there", note="vẫn bán", by=viewer(phuong))
    assert Observation.objects.count() == before
    assert numbers(told(draw)) == (0, 1, 0, 0, 0)


def test_a_robot_that_could_not_tell_asks_a_person_and_a_person_who_could_not_has_answered(
    made: Snapshot, phuong: User
) -> None:
    draw = drew()
    page = page_of(draw)
    assert page.link is not None
    seen(page.link, day(8), "uncheckable", reason="forbidden")
    assert numbers(told(draw, 9)) == (0, 0, 0, 0, 1)
    with at(10):
        record_look(page=page, result="unclear", note="trang đòi đăng nhập", by=viewer(phuong))
    seen(page.link, day(11))
    assert numbers(told(draw)) == (0, 0, 1, 0, 0)
    assert told(draw).rest == "1 không kết luận được."


def test_what_a_connection_says_of_itself_is_no_look(made: Snapshot) -> None:
    draw = drew()
    page = page_of(draw)
    Observation.objects.create(link=page.link, at=day(8), observer="adapter", result="live", evidence_hash="0" * 64)
    assert numbers(told(draw)) == (0, 0, 0, 1, 0)


def test_four_eyes(land: Land, made: Snapshot, phuong: User, chi: User) -> None:
    """Chi claimed the account, Lan saw it for the count, An sells there: Phương looks."""
    lan, an = person("Lan", Role.COMMUNE, land.phu_thuy), person("An", Role.COMMUNE, land.phu_thuy)
    account = account_of(producer_of("Hộ", land.phu_thuy, household(land.phu_thuy, name="Lê Bảy")), platform("voso"))
    account.claimed_by = chi
    account.save()
    link = account.links.create(platform=account.platform, url="https://voso.example/bay", claimed_at=timezone.now(), claimed_by=chi)  # fmt: skip
    seen(link, moment(ON), by=lan)
    Membership.objects.create(user=an, producer=account.producer, right="helper", valid_from=date(2020, 1, 1), recorded_how="thử")  # fmt: skip
    frame = Frame.objects.get(unit=land.phu_thuy)
    FrameHousehold.objects.create(frame=frame, household_id=account.producer.household_id)
    with at(2):
        restate(snapshot=made, note="thêm hộ", by=viewer(phuong))
    draw = drew()
    page = RecheckPage.objects.get(item__draw=draw, account=account)
    assert page.known_to == sorted([chi.pk, lan.pk])
    before = Observation.objects.count(), AuditEntry.objects.count()
    with at(8):
        for who, why in ((chi, YOU_KNEW_IT), (lan, YOU_KNEW_IT), (an, YOU_SELL)):
            with pytest.raises(RecheckRefused) as refused:
                record_look(page=page, result="there", note="còn", by=viewer(who))
            assert str(refused.value) == why
        elsewhere = person("Dũng", Role.COMMUNE, land.con_dao)
        auditor = person("Kiểm", Role.AUDITOR, land.lam_dong)
        for stranger in (elsewhere, auditor):
            with pytest.raises(PermissionError):
                record_look(page=page, result="there", note="còn", by=viewer(stranger))
        assert (Observation.objects.count(), AuditEntry.objects.count()) == before
        # What the first ones see otherwise says nothing either.
        seen(link, day(8, 13), "live", by=lan)
        settle_due()
        assert not RecheckLook.objects.filter(page=page).exists()
        with pytest.raises(RecheckRefused, match="Hãy ghi bạn đã thấy gì"):
            record_look(page=page, result="there", note="  ", by=viewer(phuong))
        look = record_look(page=page, result="there", note="mở lúc 9 giờ, còn bán", by=viewer(phuong))
    assert look.observation is not None and look.observation.observed_by == phuong
    assert (look.result, look.looked_by, look.note) == ("there", phuong, "mở lúc 9 giờ, còn bán")
    assert AuditEntry.objects.filter(action="recheck.looked").count() == 1


def test_after_day_30_nothing_is_written_down(made: Snapshot, phuong: User) -> None:
    page = page_of(drew())
    with at(31, 0), pytest.raises(RecheckRefused) as refused:
        record_look(page=page, result="there", note="còn", by=viewer(phuong))
    assert str(refused.value) == OVER
    assert not RecheckLook.objects.exists()


def test_a_product_s_page_that_sells_something_else_is_gone(made: Snapshot, phuong: User) -> None:
    draw = drew("I2v")
    page = page_of(draw)
    with at(8):
        with pytest.raises(RecheckRefused, match="tên sản phẩm"):
            record_look(page=page, result="there", note="có trang", by=viewer(phuong))
        other = {
            "page": page,
            "result": "there",
            "note": "bán thứ khác",
            "seen_title": "Cà phê rang",
            "by": viewer(phuong),
        }
        with pytest.raises(RecheckRefused, match="khác tên lúc đếm"):
            record_look(**other)
        look = record_look(**other, is_other=True)
    assert look.observation is not None
    assert (look.result, look.observation.result, look.observation.reason) == ("gone", "uncheckable", "title")
    other = drew("I2p")
    link = page_of(other).link
    assert link is not None
    # Our robot read another name: that may be its reading, so a person is asked.
    seen(link, day(8), "live", title="Cà phê rang")
    assert numbers(told(other, 9)) == (0, 0, 0, 0, 1)
    with at(9):
        assert page_of(other) in pages_for_people()
        record_look(page=page_of(other), result="there", note="đúng", seen_title="Nước mắm nhĩ Phú Hài", by=viewer(phuong))  # fmt: skip
    assert numbers(told(other)) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((("not_found", -9), ("live", -5)), (0, 0, 0, 0, 1)),  # before the count: it was counted all the same
        ((("closed", -9),), (0, 0, 0, 0, 1)),
        ((("not_found", 2),), (0, 1, 0, 0, 0)),
        ((("not_found", 2), ("live", 4)), (0, 0, 0, 0, 1)),
        ((("closed", 2), ("live", 4)), (0, 1, 0, 0, 0)),
    ],
)
def test_what_was_said_before_the_draw(
    made: Snapshot, said: tuple[tuple[str, int], ...], expected: tuple[int, ...]
) -> None:
    draw = drew()
    page = page_of(draw)
    assert page.link is not None
    for result, on_day in said:
        if result == "live":
            seen(page.link, day(on_day))
        else:
            AccountReport.objects.create(account=page.account, at=day(on_day), reporter="person", result=result)
    assert numbers(told(draw, 9)) == expected


def test_the_floor_stands_in_the_same_sentence() -> None:
    found = Survival(1, "I1", ON, ON, 400, 100, 70, 2, 20, 8, 0, True)
    assert found.words.endswith("; ít nhất 70/100 (70,0\u00a0%) nếu mọi dòng chưa rõ đều mất")
    assert replace(found, there=98, unclear=0, late=0).floor == ""


def test_a_shorter_title_is_the_same_product_by_the_register_s_name() -> None:
    page = RecheckPage(
        item=RecheckItem(subject="product"), name="Cà phê rang mộc Cầu Đất hộp quà", product_name="Cà phê rang mộc"
    )
    assert is_same_name(page, "Cà phê rang mộc 500g") and is_same_name(page, "Cầu Đất hộp quà cà phê rang")
    assert not is_same_name(page, "Trà ô long")


def test_a_link_taken_back_after_the_draw_takes_its_page_along(made: Snapshot, phuong: User) -> None:
    draw = drew("I2v")
    PresenceLink.objects.filter(product=draw.items.get().subject_id).update(ended_at=day(8), ended_by=phuong)
    seen(page_of(draw).link, day(9))  # type: ignore[arg-type]
    assert numbers(told(draw, 10)) == (0, 1, 0, 0, 0)
    look = RecheckLook.objects.get(page__item__draw=draw)
    assert (look.at, look.looked_by) == (day(8), phuong)


@pytest.mark.parametrize("closed_on_day", [3, 8])
def test_an_account_that_closed_meanwhile_is_gone(made: Snapshot, phuong: User, closed_on_day: int) -> None:
    draw = drew() if closed_on_day > 7 else None
    account = page_of(draw).account if draw else PlatformAccount.objects.exclude(producer__household=None).get()
    with at(closed_on_day):
        close_account(account=account, on=date(2026, 11, 3), reason="hộ nghỉ", by=viewer(phuong))
    draw = draw or drew()
    found = told(draw, 9)
    assert numbers(found) == (0, 1, 0, 0, 0)
    look = RecheckLook.objects.get(page__item__draw=draw)
    assert look.report is not None and look.at == max(day(7, 0), look.report.at)


def test_an_account_that_only_the_platform_spoke_for(land: Land, phuong: User, chi: User) -> None:
    home = household(land.phu_thuy)
    account = account_of(producer_of("Hộ", land.phu_thuy, home), platform("voso"))
    framed(home)
    AccountReport.objects.create(
        account=account, at=moment(ON), reporter="platform", result="opened", source_sha256="0" * 64, reported_by=chi
    )
    counted(land, phuong)
    draw = drew()
    page = page_of(draw)
    assert (page.link, page.known_to) == (None, [chi.pk])
    # The platform's own file once more is the same word again.
    AccountReport.objects.create(account=account, at=day(8), reporter="platform", result="opened", source_sha256="1" * 64)  # fmt: skip
    assert numbers(told(draw, 9)) == (0, 0, 0, 0, 1)
    with at(9):
        look = record_look(page=page, result="gone", note="tìm tên hộ trên sàn không có", by=viewer(phuong))
    assert look.report is not None and look.report.result == "not_found"
    assert numbers(told(draw)) == (0, 1, 0, 0, 0)


def test_our_robot_asks_each_page_once_and_people_get_the_rest(
    made: Snapshot, land: Land, phuong: User, chi: User
) -> None:
    draw = drew("I2v")
    page = page_of(draw)
    with at(7, 1):
        assert DRAWN_PAGES in page_sources()
        assert list(pages_for_robot()) == []
        assert page in pages_for_people()
        [todo] = recheck_todos(viewer(chi))
        assert todo.sentence == "Kiểm tra lại: 3 trang chờ người mở xem, hạn gần nhất 30/11/2026."
        RobotPermission.objects.create(platform=platform("voso"), since=ON, is_granted=True, ground="thử")
        # The household's page was counted under no name: our robot cannot know what should stand there.
        assert list(pages_for_robot()) == [page]
        assert page not in pages_for_people()
        due = due_page(page)
        assert (due.link, due.title, due.price) == (page.link, "Nước mắm nhĩ", None)
        due.note(unclear(Observation.Reason.SCRIPT))
        assert list(pages_for_robot()) == []
        assert page in pages_for_people()
    with at(8):
        other = due_page(page)
        other.note(Verdict(Observation.Result.LIVE, "", "Nước mắm nhĩ", 95_000))
        assert settle_due() == 1
        assert page not in pages_for_people()
    with at(31):
        assert list(pages_for_people()) == [] and list(recheck_todos(viewer(chi))) == []


def test_a_missing_page_is_asked_again_after_hours(made: Snapshot) -> None:
    RobotPermission.objects.create(platform=platform("voso"), since=ON, is_granted=True, ground="thử")
    draw = drew("I2v")
    page = page_of(draw)
    for hour, due in ((1, True), (3, False), (8, True)):
        with at(7, hour):
            assert (list(pages_for_robot()) == [page]) is due
            if due:
                due_page(page).note(unclear(Observation.Reason.MISSING))
    assert numbers(told(draw, 8)) == (0, 1, 0, 0, 0)


def test_another_officer_may_conclude_where_the_first_could_not_tell(
    land: Land, made: Snapshot, phuong: User, chi: User
) -> None:
    draw = drew()
    page = page_of(draw)
    said = {"result": "there", "note": "còn bán, mở bằng máy khác"}
    with at(9):
        record_look(page=page, result="unclear", note="trang đòi đăng nhập", by=viewer(chi))
        assert not list(pages_for_robot()) and page in pages_for_people()
        assert page in waiting_pages(viewer(phuong)) and page not in waiting_pages(viewer(chi))
        before = Observation.objects.count(), AuditEntry.objects.count()
        with pytest.raises(RecheckRefused) as refused:
            record_look(page=page_of(draw), by=viewer(chi), **said)
        assert str(refused.value) == YOU_COULD_NOT_TELL
        with pytest.raises(RecheckRefused, match="cũng không kết luận được"):
            record_look(page=page_of(draw), result="unclear", note="không rõ", by=viewer(phuong))
        assert (Observation.objects.count(), AuditEntry.objects.count()) == before
    assert numbers(told(draw, 10)) == (0, 0, 1, 0, 0)
    with at(10):
        made_later = record_look(page=page_of(draw), by=viewer(phuong), **said)
        assert (type(made_later), made_later.result, made_later.looked_by) == (RecheckConclusion, "there", phuong)
        assert page not in pages_for_people()
        for who in (phuong, chi, person("Lan", Role.COMMUNE, land.phu_thuy)):
            with pytest.raises(RecheckRefused) as refused:
                record_look(page=page_of(draw), result="gone", note="mất", by=viewer(who))
            assert str(refused.value) == DECIDED
    assert numbers(told(draw)) == (1, 0, 0, 0, 0)


def test_after_day_30_nobody_concludes_for_another(made: Snapshot, phuong: User, chi: User) -> None:
    draw = drew()
    with at(9):
        record_look(page=page_of(draw), result="unclear", note="trang đòi đăng nhập", by=viewer(chi))
    with at(31, 0), pytest.raises(RecheckRefused) as refused:
        record_look(page=page_of(draw), result="gone", note="mất", by=viewer(phuong))
    assert str(refused.value) == OVER
    assert numbers(told(draw)) == (0, 0, 1, 0, 0) and not RecheckConclusion.objects.exists()
