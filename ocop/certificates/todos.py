"""What certificates leave to do: papers to compare, papers to renew."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from ocop.certificates.queries import (
    Group,
    certificates_to_renew,
    certificates_to_tell,
    entries_for_second_person,
    in_groups,
    without_open_file,
)
from ocop.certificates.rules import RENEWAL_CLOSES_DAYS
from onboarding.producers.queries import producers_at_work

FEW = 5


def certificate_todos(viewer: Viewer) -> Iterable[Todo]:
    """For staff: papers that wait for them, papers near their end without a file. For makers: their own papers near the
    end. A fixed number of queries."""
    if not viewer.is_signed_in:
        return
    if viewer.has_role(Role.PROVINCE, Role.COMMUNE):
        yield from _of_staff(viewer)
    yield from _of_makers(viewer)


def _of_staff(viewer: Viewer) -> Iterable[Todo]:
    waiting = entries_for_second_person(viewer).count() if viewer.has_role(Role.PROVINCE) else 0
    if waiting:
        yield Todo(
            f"{waiting} giấy OCOP chờ bạn so với quyết định.", reverse("board_entries"), "So và xác nhận", 3, "wait"
        )
    late = in_groups(certificates_to_renew(viewer, clock.today()), Group.SOON, Group.LATE).count()
    if late:
        yield Todo(
            f"{late} giấy OCOP còn dưới 120 ngày mà chưa có hồ sơ đánh giá lại.",
            reverse("board_renewals"),
            "Xem danh sách đến kỳ",
            4,
            "warn",
        )


def _of_makers(viewer: Viewer) -> Iterable[Todo]:
    today = clock.today()
    papers = without_open_file(certificates_to_tell(today)).filter(product__producer__in=producers_at_work(viewer))
    for paper in papers.order_by("earliest_end", "pk")[:FEW]:
        assert paper.earliest_end is not None
        left = (paper.earliest_end - today).days
        yield Todo(
            f"Giấy chứng nhận OCOP của {paper.product.shown_name} hết hạn ngày {paper.earliest_end:%d/%m/%Y}, còn {left} ngày. "
            "Hãy nộp hồ sơ đánh giá lại ở xã.",
            reverse("ocop_check", args=[paper.check_code]),
            "Xem giấy",
            2 if left < RENEWAL_CLOSES_DAYS else 4,
            "warn",
        )
